// SPDX-License-Identifier: Apache-2.0
#include "gateway/pgwire/backend_messages.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/pgwire/bytes.h"

namespace gateway::pgwire {
namespace {

using wire::z;

TEST(ReadyForQuery, IsOneOfThreeLetters) {
  for (int byte = 0; byte < 256; ++byte) {
    const char letter = static_cast<char>(byte);
    const auto status = read_ready_for_query(std::string(1, letter));
    ASSERT_EQ(status.has_value(), letter == 'I' || letter == 'T' || letter == 'E') << byte;
    if (!status) continue;
    EXPECT_EQ(static_cast<char>(*status), letter);
  }
  EXPECT_FALSE(read_ready_for_query(""));
  EXPECT_FALSE(read_ready_for_query("II"));
}

TEST(ParameterStatus, IsTwoStrings) {
  const std::string body = z("TimeZone") + z("UTC");
  const auto status = read_parameter_status(body);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->name, "TimeZone");
  EXPECT_EQ(status->value, "UTC");
  EXPECT_EQ(read_parameter_status(z("search_path") + z(""))->value, "");
  EXPECT_FALSE(read_parameter_status(z("TimeZone")));
  EXPECT_FALSE(read_parameter_status(z("TimeZone") + "UTC"));
  EXPECT_FALSE(read_parameter_status(z("a") + z("b") + z("c")));
}

TEST(ErrorFields, PreferTheSeverityThatIsNotLocalised) {
  const std::string body = 'S' + z("FATAL\xc3\x89") + 'V' + z("FATAL") + 'C' + z("57P01") + 'M' +
                           z("bye") + 'x' + z("unknown field") + '\0';
  const ErrorFields fields = read_error_front(body);
  EXPECT_EQ(fields.severity, "FATAL");
  EXPECT_EQ(fields.sqlstate, "57P01");
  EXPECT_EQ(fields.message, "bye");
  EXPECT_TRUE(fields.is_fatal());
}

TEST(ErrorFields, MayBeMissing) {
  const ErrorFields none = read_error_front(std::string(1, '\0'));
  EXPECT_EQ(none.severity, "");
  EXPECT_EQ(none.sqlstate, "");
  EXPECT_FALSE(none.is_fatal());
  const std::string body = 'S' + z("PANIC") + 'M' + z("x") + '\0';
  const ErrorFields old = read_error_front(body);
  EXPECT_EQ(old.sqlstate, "");
  EXPECT_TRUE(old.is_fatal());
}

TEST(ErrorFields, AreWholeAtEveryCut) {
  const std::string body = 'V' + z("ERROR") + 'C' + z("42P01") + 'M' + z("no table") + '\0';
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    const ErrorFields fields = read_error_front(std::string_view(body).substr(0, cut));
    EXPECT_EQ(fields.severity, cut >= 7 ? "ERROR" : "") << cut;
    EXPECT_EQ(fields.sqlstate, cut >= 14 ? "42P01" : "") << cut;
    EXPECT_EQ(fields.message, cut >= 24 ? "no table" : "") << cut;
  }
}

TEST(DataRow, HasValuesAndNulls) {
  const std::string row("\0\3\0\0\0\2ab\xff\xff\xff\xff\0\0\0\0", 16);
  const auto values = read_data_row(row);
  ASSERT_TRUE(values);
  EXPECT_EQ(*values, (std::vector<std::optional<std::string_view>>{"ab", std::nullopt, ""}));
  EXPECT_EQ(read_data_row(std::string_view("\0\0", 2)), (decltype(values)::value_type{}));
  for (std::size_t cut = 0; cut < row.size(); ++cut)
    EXPECT_FALSE(read_data_row(row.substr(0, cut)));
  EXPECT_FALSE(read_data_row(row + "x"));
}

TEST(CommandTag, EndsWithTheRowCount) {
  struct Case {
    std::string_view tag;
    std::int64_t rows;
  };
  constexpr Case kCases[] = {
      {"SELECT 3", 3},
      {"INSERT 0 5", 5},
      {"UPDATE 0", 0},
      {"COPY 9223372036854775807", 9223372036854775807},
      {"BEGIN", -1},
      {"CREATE TABLE", -1},
      {"", -1},
      {"SELECT ", -1},
      {"SELECT 1x", -1},
      {"SELECT -5", -1},
      {"COPY 9223372036854775808", -1},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(rows_of_tag(c.tag), c.rows) << c.tag;
    EXPECT_EQ(read_command_tag(z(c.tag)), c.tag);
  }
  EXPECT_FALSE(read_command_tag("SELECT 3"));
  EXPECT_FALSE(read_command_tag(z("SELECT 3") + "x"));
}

}  // namespace
}  // namespace gateway::pgwire
