// SPDX-License-Identifier: Apache-2.0
// Reading allocates nothing, and neither does writing into a string that has room.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "gateway/pgwire/backend_messages.h"
#include "gateway/pgwire/frame.h"
#include "gateway/pgwire/frontend_messages.h"
#include "gateway/pgwire/startup.h"
#include "gateway/pgwire/writer.h"
#include "tests/unit/gateway/pgwire/bytes.h"

namespace {
std::size_t allocation_count = 0;
}

[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++allocation_count;
  if (void* memory = std::malloc(bytes > 0 ? bytes : 1)) return memory;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace gateway::pgwire {
namespace {

template <typename Work>
std::size_t allocations_of(Work work) {
  const std::size_t before = allocation_count;
  work();
  return allocation_count - before;
}

TEST(Allocation, IsSeenByThisTest) {
  EXPECT_GT(allocations_of([] { delete new volatile int(1); }), 0u);
}

TEST(Allocation, DoesNotHappenForAForwardedFrame) {
  std::string stream;
  for (int i = 0; i < 1000; ++i) {
    write_parse(stream, {"s", "SELECT * FROM orders WHERE id = $1", {}});
    write_bind(stream, "", "s");
    write_execute(stream, {"", 0});
    write_sync(stream);
  }
  std::size_t frames = 0;
  EXPECT_EQ(allocations_of([&] {
              std::string_view rest = stream;
              while (!rest.empty()) {
                const auto header = read_header(rest, frontend::length_max(rest[0]));
                if (!header || !*header) break;
                const std::string_view body = rest.substr(kHeaderBytes, (*header)->body_bytes);
                if (rest[0] == frontend::kParse && !read_parse(body)) break;
                if (rest[0] == frontend::kBind && !read_bind_head(body)) break;
                if (rest[0] == frontend::kExecute && !read_execute(body)) break;
                rest.remove_prefix((*header)->frame_bytes());
                ++frames;
              }
            }),
            0u);
  EXPECT_EQ(frames, 4000u);
}

TEST(Allocation, DoesNotHappenForAHugeLength) {
  const std::string frame = 'Q' + wire::be32(0xffffffff);
  const std::string startup = wire::be32(0x7fffffff);
  EXPECT_EQ(allocations_of([&] {
              EXPECT_FALSE(read_header(frame).has_value());
              EXPECT_FALSE(read_startup(startup).has_value());
            }),
            0u);
}

TEST(Allocation, DoesNotHappenInAStringWithRoom) {
  std::string out;
  out.reserve(4096);
  EXPECT_EQ(allocations_of([&] {
              write_error(out, {.sqlstate = "42501", .message = "refused", .position = 7});
              write_ready_for_query(out, TransactionStatus::Idle);
              write_bind(out, "p", "s");
            }),
            0u);
}

}  // namespace
}  // namespace gateway::pgwire
