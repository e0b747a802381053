// SPDX-License-Identifier: Apache-2.0
// Property: however a byte stream is cut, the same frames come out, and frames and rest together
// are the bytes that went in; no header is accepted above its limit. Input: one byte that chooses
// the cuts, then the stream.
#include "gateway/pgwire/frame.h"

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/pgwire/frontend_messages.h"
#include "tests/fuzz/canary.h"

namespace {

namespace pgwire = gateway::pgwire;

struct Seen {
  std::vector<std::string> frames;
  std::string rest;
  bool failed = false;
  bool operator==(const Seen&) const = default;
};

void take_frames(Seen& seen) {
  std::size_t taken = 0;
  while (!seen.failed) {
    const std::string_view rest = std::string_view(seen.rest).substr(taken);
    const std::uint32_t limit = rest.empty() ? 0 : pgwire::frontend::length_max(rest[0]);
    const auto header = pgwire::read_header(rest, limit);
    seen.failed = !header.has_value();
    if (!header || !*header) break;
    fuzz::require((*header)->body_bytes + 4 <= limit);
    if (rest.size() < (*header)->frame_bytes()) break;
    seen.frames.emplace_back(rest.substr(0, (*header)->frame_bytes()));
    taken += (*header)->frame_bytes();
  }
  seen.rest.erase(0, taken);
}

Seen read_in_pieces(std::string_view stream, std::size_t piece) {
  Seen seen;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    seen.rest += stream.substr(at, piece);
    take_frames(seen);
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Seen whole = read_in_pieces(stream, stream.size() + 1);
  std::string together;
  for (const std::string& frame : whole.frames) together += frame;
  fuzz::require(together + whole.rest == stream && !fuzz::canary());
  fuzz::require(read_in_pieces(stream, std::size_t{1} + data[0] % 16) == whole);
  return 0;
}
