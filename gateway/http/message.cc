// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/message.h"

#include <algorithm>

namespace gateway::http {
namespace {

void append_header(std::string& out, std::string_view name, std::string_view value) {
  const auto breaks_head = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  if (std::any_of(value.begin(), value.end(), breaks_head)) return;
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

const std::string* Request::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [name](const Header& each) { return each.name == name; });
  return found == headers.end() ? nullptr : &found->value;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Status";
  }
}

std::string serialize(const Response& response, BodyUse body_use, AfterResponse after) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " ";
  out.append(reason_phrase(response.status)).append("\r\n");
  if (response.status != 204) {
    append_header(out, "Content-Type", response.content_type);
    append_header(out, "Content-Length", std::to_string(response.body.size()));
  }
  for (const Header& header : response.headers) append_header(out, header.name, header.value);
  append_header(out, "Connection", after == AfterResponse::Close ? "close" : "keep-alive");
  out.append("\r\n");
  if (body_use == BodyUse::Send && response.status != 204) out.append(response.body);
  return out;
}

Response plain_response(int status) {
  Response response{.status = status, .body = std::string(reason_phrase(status)), .headers = {}};
  response.body.push_back('\n');
  return response;
}

}  // namespace gateway::http
