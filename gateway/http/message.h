// SPDX-License-Identifier: Apache-2.0
// A request and a response of HTTP/1.1, as values. Knows no socket.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gateway::http {

struct Header {
  std::string name;  // of a request: in lower case
  std::string value;
  bool operator==(const Header&) const = default;
};

struct Request {
  std::string method;
  std::string path;   // as sent, not decoded: "/metrics"
  std::string query;  // without the '?'
  std::vector<Header> headers;
  std::string body;
  bool keep_alive = true;
  bool operator==(const Request&) const = default;

  // The first of that name, which is in lower case; null without one.
  const std::string* header(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body{};
  std::vector<Header> headers{};  // besides Content-Type, Content-Length and Connection
};

enum class AfterResponse : std::uint8_t { KeepOpen, Close };
enum class BodyUse : std::uint8_t { Send, LengthOnly };  // LengthOnly: the answer to HEAD

std::string_view reason_phrase(int status);
// A header value that would break the head is left out, name and all.
std::string serialize(const Response& response, BodyUse body_use, AfterResponse after);
// A short text for an error that the server itself answers.
Response plain_response(int status);

}  // namespace gateway::http
