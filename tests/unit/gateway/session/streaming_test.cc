// SPDX-License-Identifier: Apache-2.0
// Long messages pass in pieces: nothing is gathered, and nothing is allocated for them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "tests/unit/gateway/session/talk.h"

namespace {
std::size_t allocation_count = 0;
}

[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++allocation_count;
  if (void* memory = std::malloc(bytes > 0 ? bytes : 1)) return memory;
  std::abort();
}
// The library's own calls this one, the sanitizers' does not.
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  ++allocation_count;
  return std::malloc(bytes > 0 ? bytes : 1);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace gateway::session {
namespace {

constexpr std::uint32_t kHuge = 100u << 20;
constexpr std::size_t kPiece = 64 << 10;

std::string header(char type, std::uint32_t body_bytes) {
  return type + wire::be32(body_bytes + 4);
}

// Gives `size` bytes piece by piece; what of them is passed on, or nothing where the call kept any.
template <typename Give, typename Side>
std::size_t stream(std::size_t size, Give give, Side side, Output& out) {
  const std::string piece(kPiece, 'x');
  std::size_t passed = 0;
  while (size > 0) {
    const std::size_t count = std::min(size, piece.size());
    if (give(std::string_view(piece).substr(0, count)) != count) return 0;
    passed += (out.*side).bytes();
    out.clear();
    size -= count;
  }
  return passed;
}

class Streaming : public testing::Test {
 protected:
  std::size_t server(std::string_view bytes) {
    return talk_.session().on_server_bytes(bytes, {}, talk_.output());
  }
  std::size_t client(std::string_view bytes) {
    return talk_.session().on_client_bytes(bytes, {}, talk_.output());
  }
  Talk talk_;
};

TEST_F(Streaming, PassesAHugeRowWithoutAllocating) {
  talk_.client(wire::query("SELECT 1")).attach().client("");
  talk_.server(header('D', 10)).server(std::string(10, 'x'));
  talk_.server(header('D', kHuge));
  std::size_t passed = 0;
  const std::string warm(kPiece, 'x');
  passed += server(warm);
  talk_.output().clear();
  const std::size_t before = allocation_count;
  passed += stream(
      kHuge - kPiece, [&](auto bytes) { return server(bytes); }, &Output::to_client,
      talk_.output());
  EXPECT_LE(allocation_count - before, 1u);  // the piece of this test
  EXPECT_EQ(passed, kHuge);
  talk_.forget().server(wire::complete("SELECT 1") + wire::ready('I'));
  EXPECT_EQ(outline(talk_.to_client), "C ZI");
}

TEST_F(Streaming, PassesHugeCopyDataWithoutAllocating) {
  talk_.client(wire::query("COPY t FROM STDIN")).attach().client("");
  talk_.server(wire::frame('G', std::string(1, '\0') + wire::be16(0)));
  talk_.client(wire::copy_data("warm")).client(header('d', kHuge));
  const std::size_t before = allocation_count;
  EXPECT_EQ(
      stream(
          kHuge, [&](auto bytes) { return client(bytes); }, &Output::to_server, talk_.output()),
      kHuge);
  EXPECT_LE(allocation_count - before, 1u);
}

TEST_F(Streaming, ForwardsRunsOfSmallFramesWithoutAllocating) {
  std::string rows;
  for (int i = 0; i < 1000; ++i) rows += wire::frame('D', "row");
  talk_.client(wire::query("SELECT 1")).attach().client("").server(rows);
  const std::size_t before = allocation_count;
  EXPECT_EQ(server(rows), rows.size());
  EXPECT_EQ(allocation_count, before);
  ASSERT_EQ(talk_.output().to_client.pieces().size(), 1u);
  EXPECT_EQ(talk_.output().to_client.pieces()[0].data(), rows.data());
  talk_.output().clear();
}

TEST_F(Streaming, PassesTheValuesOfABindAsTheyCome) {
  talk_.client(wire::parse("", "SELECT $1")).attach().client("").forget();
  const std::string head = header('B', kHuge) + '\0' + '\0';
  talk_.client(head);
  EXPECT_EQ(talk_.to_server, head);
  EXPECT_EQ(
      stream(
          kHuge - 2, [&](auto bytes) { return client(bytes); }, &Output::to_server, talk_.output()),
      kHuge - 2);
}

TEST_F(Streaming, DropsTheBodyOfWhatIsRefused) {
  talk_.client(header('Q', kHuge));
  EXPECT_EQ(outline(talk_.to_client), "E54001 ZI");
  EXPECT_EQ(
      stream(
          kHuge, [&](auto bytes) { return client(bytes); }, &Output::to_server, talk_.output()),
      0u);
  talk_.forget().client(wire::query("LOAD 'x'"));
  EXPECT_EQ(outline(talk_.to_client), "E42501 ZI");
}

TEST_F(Streaming, PassesAnErrorThatIsLongerThanWhatIsReadOfIt) {
  const std::string start = wire::z("SERROR") + wire::z("C22012") + 'M';
  talk_.client(wire::query("SELECT 1")).attach().client("");
  const std::string text = wire::frame('E', start + std::string(1 << 20, 'x') + '\0' + '\0');
  talk_.server(std::string_view(text).substr(0, 9000));
  EXPECT_EQ(talk_.to_client, text.substr(0, 9000));
  talk_.server(std::string_view(text).substr(9000)).server(wire::ready('I'));
  EXPECT_EQ(talk_.to_client, text + wire::ready('I'));
  EXPECT_EQ(talk_.ledger.outcomes[1], Outcome::Error);
}

}  // namespace
}  // namespace gateway::session
