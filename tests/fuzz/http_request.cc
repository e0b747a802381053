// SPDX-License-Identifier: Apache-2.0
// Property: however the bytes are cut, the same requests and the same error come out; no part of a
// request is above its limit. Input: one byte that chooses the cuts, then the stream.
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "gateway/http/request_parser.h"
#include "tests/fuzz/canary.h"

namespace {

namespace http = gateway::http;

constexpr http::RequestLimits kLimits{
    .head_bytes_max = 256, .header_count_max = 8, .body_bytes_max = 64};

struct Seen {
  std::vector<http::Request> requests;
  std::optional<http::ParseError> error;
  bool operator==(const Seen&) const = default;
};

bool is_within_limits(const http::Request& request) {
  std::size_t head_bytes = request.method.size() + request.path.size() + request.query.size();
  for (const http::Header& header : request.headers) {
    head_bytes += header.name.size() + header.value.size();
  }
  return head_bytes <= kLimits.head_bytes_max &&
         request.headers.size() <= kLimits.header_count_max &&
         request.body.size() <= kLimits.body_bytes_max && request.path.starts_with('/');
}

void take_piece(http::RequestParser& parser, std::string_view piece, Seen& seen) {
  while (!piece.empty() && !seen.error) {
    const auto taken = parser.feed(piece);
    if (!taken) {
      seen.error = taken.error();
      return;
    }
    fuzz::require(*taken > 0 && *taken <= piece.size());
    piece.remove_prefix(*taken);
    if (!parser.complete()) continue;
    seen.requests.push_back(parser.take());
    fuzz::require(is_within_limits(seen.requests.back()));
  }
}

Seen read_in_pieces(std::string_view stream, std::size_t piece) {
  http::RequestParser parser(kLimits);
  Seen seen;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    take_piece(parser, stream.substr(at, piece), seen);
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Seen whole = read_in_pieces(stream, stream.size() + 1);
  fuzz::require(read_in_pieces(stream, std::size_t{1} + data[0] % 16) == whole && !fuzz::canary());
  return 0;
}
