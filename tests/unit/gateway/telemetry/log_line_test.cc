// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/log_line.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

namespace gateway::telemetry {
namespace {

using nlohmann::json;

std::string line(LogFormat format, std::string_view message, std::vector<LogField> fields) {
  return format_log_line(
      format,
      {.time = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'795'246'800'007)),
       .level = LogLevel::Warn,
       .message = message,
       .fields = fields});
}

TEST(LogLine, JsonHasTimeLevelMessageAndTypedFieldsInOrder) {
  EXPECT_EQ(
      line(LogFormat::Json, "pool full",
           {{"session", "s\"1"}, {"waiting", 3u}, {"delta", -2}, {"ms", 1.5}, {"tls", false}}),
      R"({"ts":"2026-11-21T07:40:00.007Z","level":"warn","msg":"pool full",)"
      R"("session":"s\"1","waiting":3,"delta":-2,"ms":1.5,"tls":false})");
}

TEST(LogLine, ConsoleQuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(line(LogFormat::Console, "pool full", {{"a", "x"}, {"b", "x y"}, {"c", ""}, {"d", 7}}),
            R"(2026-11-21T07:40:00.007Z warn pool full a=x b="x y" c="" d=7)");
}

TEST(LogLine, NothingAClientSendsMakesASecondLine) {
  for (const LogFormat format : {LogFormat::Json, LogFormat::Console}) {
    for (const char* hostile : {"a\nb", "a\r\nb", "\x1b[2J", "\xff\xfe", "a\xe4", "\"}\n{"}) {
      const std::string out = line(format, hostile, {{"application", hostile}});
      for (const char c : out) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << out;
      EXPECT_TRUE(format == LogFormat::Console || json::accept(out)) << out;
    }
  }
}

TEST(LogLine, EachLevelHasItsName) {
  EXPECT_EQ(name(LogLevel::Debug), "debug");
  EXPECT_EQ(name(LogLevel::Info), "info");
  EXPECT_EQ(name(LogLevel::Warn), "warn");
  EXPECT_EQ(name(LogLevel::Error), "error");
}

}  // namespace
}  // namespace gateway::telemetry
