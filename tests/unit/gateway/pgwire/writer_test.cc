// SPDX-License-Identifier: Apache-2.0
#include "gateway/pgwire/writer.h"

#include <gtest/gtest.h>

#include "gateway/pgwire/frame.h"
#include "gateway/pgwire/startup.h"
#include "tests/unit/gateway/pgwire/bytes.h"

namespace gateway::pgwire {
namespace {

using wire::be16;
using wire::be32;
using wire::frame;
using wire::z;

template <typename Write>
std::string written(Write write) {
  std::string out = "before";  // what is there stays
  write(out);
  EXPECT_TRUE(out.starts_with("before"));
  return out.substr(6);
}

TEST(Writer, WritesEachBackendMessageAsDocumented) {
  EXPECT_EQ(written([](auto& out) { write_ready_for_query(out, TransactionStatus::Failed); }),
            frame('Z', "E"));
  EXPECT_EQ(written([](auto& out) { write_parameter_status(out, {"a", "b"}); }),
            frame('S', z("a") + z("b")));
  EXPECT_EQ(written([](auto& out) { write_backend_key_data(out, -2, "keyk"); }),
            frame('K', be32(0xfffffffe) + "keyk"));
  EXPECT_EQ(written([](auto& out) { write_authentication_ok(out); }), frame('R', be32(0)));
  EXPECT_EQ(written([](auto& out) { write_authentication_sasl(out, {"A", "B"}); }),
            frame('R', be32(10) + z("A") + z("B") + '\0'));
  EXPECT_EQ(written([](auto& out) { write_authentication_sasl_continue(out, "r="); }),
            frame('R', be32(11) + "r="));
  EXPECT_EQ(written([](auto& out) { write_authentication_sasl_final(out, "v="); }),
            frame('R', be32(12) + "v="));
  EXPECT_EQ(written([](auto& out) {
              write_negotiate_protocol_version(out, kProtocol30, {"_pq_.a", "_pq_.b"});
            }),
            frame('v', be32(196'608) + be32(2) + z("_pq_.a") + z("_pq_.b")));
}

TEST(Writer, WritesEachFrontendMessageAsDocumented) {
  EXPECT_EQ(written([](auto& out) { write_query(out, "SELECT 1"); }), frame('Q', z("SELECT 1")));
  EXPECT_EQ(written([](auto& out) { write_parse(out, {"s", "x", {}}); }),
            frame('P', z("s") + z("x") + be16(0)));
  EXPECT_EQ(written([](auto& out) { write_bind(out, "p", "s"); }),
            frame('B', z("p") + z("s") + be16(0) + be16(0) + be16(0)));
  EXPECT_EQ(written([](auto& out) { write_describe(out, {Target::Portal, "p"}); }),
            frame('D', "P" + z("p")));
  EXPECT_EQ(written([](auto& out) { write_close(out, {Target::Statement, "s"}); }),
            frame('C', "S" + z("s")));
  EXPECT_EQ(written([](auto& out) { write_execute(out, {"p", 5}); }), frame('E', z("p") + be32(5)));
  EXPECT_EQ(written([](auto& out) { write_function_call(out, 0); }),
            frame('F', be32(0) + be16(0) + be16(0) + be16(0)));
  EXPECT_EQ(written([](auto& out) { write_sync(out); }), frame('S', ""));
}

TEST(Writer, LeavesOutTheErrorFieldsThatAreEmpty) {
  const std::string severity = 'S' + z("ERROR") + 'V' + z("ERROR");
  EXPECT_EQ(written([](auto& out) { write_error(out, {.sqlstate = "42501", .message = "no"}); }),
            frame('E', severity + 'C' + z("42501") + 'M' + z("no") + '\0'));
  const auto full = [](auto& out) {
    write_error(out, {Severity::Fatal, "57P01", "bye", "why", "what to do", 18});
  };
  EXPECT_EQ(written(full),
            frame('E', 'S' + z("FATAL") + 'V' + z("FATAL") + 'C' + z("57P01") + 'M' + z("bye") +
                           'D' + z("why") + 'H' + z("what to do") + 'P' + z("18") + '\0'));
}

TEST(Writer, WritesErrorsThatItsReaderReads) {
  const std::string bytes = written([](auto& out) {
    write_error(out, {.severity = Severity::Fatal, .sqlstate = "08P01", .message = "m"});
  });
  const ErrorFields fields = read_error_front(std::string_view(bytes).substr(kHeaderBytes));
  EXPECT_TRUE(fields.is_fatal());
  EXPECT_EQ(fields.sqlstate, "08P01");
  EXPECT_EQ(fields.message, "m");
}

// Else a name with a NUL would start a second field.
TEST(Writer, CutsAStringAtItsFirstNul) {
  const std::string_view text("SELECT 1\0; DROP", 15);
  EXPECT_EQ(written([&](auto& out) { write_query(out, text); }), frame('Q', z("SELECT 1")));
}

TEST(Writer, WritesWhatReadersRead) {
  std::string out;
  write_parse(out, {"s1", "SELECT 1", {}});
  const auto parse = read_parse(std::string_view(out).substr(kHeaderBytes));
  ASSERT_TRUE(parse);
  EXPECT_EQ(parse->statement, "s1");
  EXPECT_EQ(parse->sql, "SELECT 1");
  out.clear();
  write_bind(out, "p1", "s1");
  const auto head = read_bind_head(std::string_view(out).substr(kHeaderBytes));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->portal, "p1");
  EXPECT_EQ(head->statement, "s1");
  out.clear();
  write_execute(out, {"p1", 7});
  const auto execute = read_execute(std::string_view(out).substr(kHeaderBytes));
  ASSERT_TRUE(execute);
  EXPECT_EQ(execute->portal, "p1");
  EXPECT_EQ(execute->rows_max, 7);
}

}  // namespace
}  // namespace gateway::pgwire
