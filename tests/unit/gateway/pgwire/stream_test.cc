// SPDX-License-Identifier: Apache-2.0
// Properties of a whole stream of frames: cuts and corruptions.
#include <gtest/gtest.h>

#include <vector>

#include "gateway/pgwire/backend_messages.h"
#include "gateway/pgwire/frame.h"
#include "gateway/pgwire/frontend_messages.h"
#include "gateway/pgwire/writer.h"

namespace gateway::pgwire {
namespace {

struct Seen {
  std::vector<std::string> frames;
  std::optional<FrameError> error;
  std::string rest;
  bool operator==(const Seen&) const = default;
};

std::uint32_t limit_of(char type) { return frontend::length_max(type); }

// Takes the whole frames at the front of `pending`.
void take_frames(std::string& pending, Seen& seen) {
  while (!seen.error) {
    const std::uint32_t limit = pending.empty() ? 0 : limit_of(pending[0]);
    const auto header = read_header(pending, limit);
    if (!header) seen.error = header.error();
    if (!header || !*header || pending.size() < (*header)->frame_bytes()) break;
    seen.frames.push_back(pending.substr(0, (*header)->frame_bytes()));
    pending.erase(0, (*header)->frame_bytes());
  }
}

Seen read_in_pieces(std::string_view bytes, std::size_t first, std::size_t each) {
  Seen seen;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t piece = at == 0 ? first : each;
    seen.rest += bytes.substr(at, piece);
    take_frames(seen.rest, seen);
    at += piece;
  }
  return seen;
}

std::string pipeline() {
  std::string out;
  write_query(out, "SELECT 1");
  write_parse(out, {"s1", "SELECT $1", {}});
  write_bind(out, "", "s1");
  write_describe(out, {Target::Portal, ""});
  write_execute(out, {"", 0});
  write_close(out, {Target::Statement, "s1"});
  write_sync(out);
  return out;
}

TEST(FrameStream, IsTheSameAtEveryCut) {
  const std::string bytes = pipeline();
  const Seen whole = read_in_pieces(bytes, bytes.size(), 1);
  ASSERT_EQ(whole.frames.size(), 7u);
  ASSERT_TRUE(whole.rest.empty());
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    EXPECT_EQ(read_in_pieces(bytes, cut, bytes.size()), whole) << cut;
  }
  for (std::size_t each = 1; each < 8; ++each) {
    EXPECT_EQ(read_in_pieces(bytes, each, each), whole) << each;
  }
}

void read_body(char type, std::string_view body) {
  if (type == frontend::kQuery) (void)read_query(body);
  if (type == frontend::kParse) (void)read_parse(body);
  if (type == frontend::kBind) (void)read_bind_head(body);
  if (type == frontend::kDescribe || type == frontend::kClose) (void)read_describe(body);
  if (type == frontend::kExecute) (void)read_execute(body);
}

// One wrong byte gives a named error, or frames and a rest that together are the bytes sent.
TEST(FrameStream, SurvivesEverySingleByteCorruption) {
  const std::string good = pipeline();
  int errors = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string bad = good;
      bad[at] = static_cast<char>(value);
      const Seen seen = read_in_pieces(bad, bad.size(), 1);
      std::string together;
      for (const std::string& frame : seen.frames) {
        read_body(frame[0], std::string_view(frame).substr(kHeaderBytes));
        together += frame;
      }
      ASSERT_EQ(together + seen.rest, bad) << "byte " << at << " is " << value;
      if (seen.error) ++errors;
    }
  }
  EXPECT_GT(errors, 0);
}

}  // namespace
}  // namespace gateway::pgwire
