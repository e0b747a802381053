// SPDX-License-Identifier: Apache-2.0
// Bytes in, requests of HTTP/1.0 and 1.1 out. Incremental and pure: however the bytes are cut, the
// same requests and the same error come out. llhttp reads them, in its strict mode.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string_view>

#include "gateway/http/message.h"

namespace gateway::http {

struct RequestLimits {
  std::size_t head_bytes_max = 16 * 1024;  // request line and headers, as sent; also trailers
  std::size_t header_count_max = 64;
  std::size_t body_bytes_max = 1024 * 1024;
};

enum class ParseError : std::uint8_t {
  Malformed,     // not HTTP/1.x, or ambiguous: no or two Host headers, conflicting lengths
  HeadTooLarge,  // more than head_bytes_max or header_count_max
  BodyTooLarge,  // announced or received
};
int status_of(ParseError error);  // 400, 431, 413

class RequestParser {
 public:
  explicit RequestParser(RequestLimits limits = {});
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // How many bytes were taken: all of them, or those up to the end of a request. After an error
  // only the same error comes.
  std::expected<std::size_t, ParseError> feed(std::string_view bytes);

  bool complete() const;  // a request waits for take(); feed() takes nothing meanwhile
  Request take();         // and the next request begins
  bool idle() const;      // no byte of a request has been taken
  // The client waits for "100 Continue" before it sends the body. True once a request.
  bool take_expectation();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gateway::http
