// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

namespace gateway::telemetry {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

TEST(Log, WritesTheLinesOfItsLevelAndAbove) {
  testing::internal::CaptureStderr();
  ASSERT_TRUE(start_log(LogFormat::Json, LogLevel::Info));
  log_debug("hidden");
  log_info("opened", {{"session", std::string("s1")}});
  log_error("broken");
  set_log_level(LogLevel::Error);
  log_warn("hidden");
  EXPECT_FALSE(is_logged(LogLevel::Warn));
  set_log_level(LogLevel::Debug);
  log_debug("shown");
  stop_log();
  const auto lines = lines_of(testing::internal::GetCapturedStderr());
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(nlohmann::json::parse(lines[0]).at("session"), "s1");
  EXPECT_EQ(nlohmann::json::parse(lines[1]).at("level"), "error");
  EXPECT_EQ(nlohmann::json::parse(lines[2]).at("msg"), "shown");
}

TEST(Log, BeforeItStartsLinesGoToStderrDirectly) {
  testing::internal::CaptureStderr();
  set_log_level(LogLevel::Info);
  log_info("early", {{"n", 1}});
  EXPECT_TRUE(testing::internal::GetCapturedStderr().ends_with(" info early n=1\n"));
}

TEST(Log, GathersLinesUntilTheyAreFlushedOrManyOrWarn) {
  testing::internal::CaptureStderr();
  ASSERT_TRUE(start_log(LogFormat::Json, LogLevel::Info));
  gather_log();
  EXPECT_FALSE(holds_log_lines());
  log_info("first");
  EXPECT_TRUE(holds_log_lines());
  flush_log();
  EXPECT_FALSE(holds_log_lines());
  log_info("second");
  log_warn("third");
  EXPECT_FALSE(holds_log_lines()) << "what is wrong is told at once, behind what came before";
  for (std::size_t i = 0; i < kLogGatheredMax - 1; ++i) log_info("many");
  EXPECT_TRUE(holds_log_lines());
  log_info("many");
  EXPECT_FALSE(holds_log_lines());
  log_info("last");
  stop_gathering();
  EXPECT_FALSE(holds_log_lines());
  log_info("after");
  EXPECT_FALSE(holds_log_lines());
  stop_log();
  const auto lines = lines_of(testing::internal::GetCapturedStderr());
  ASSERT_EQ(lines.size(), kLogGatheredMax + 5);
  const auto message = [&](std::size_t i) { return nlohmann::json::parse(lines[i]).at("msg"); };
  EXPECT_EQ(message(0), "first");
  EXPECT_EQ(message(1), "second");
  EXPECT_EQ(message(2), "third");
  EXPECT_EQ(message(lines.size() - 2), "last");
  EXPECT_EQ(message(lines.size() - 1), "after");
}

// stderr is a pipe that nobody reads: the caller goes on, the oldest lines are dropped and counted.
TEST(Log, AStuckStderrBlocksNobody) {
  std::signal(SIGPIPE, SIG_IGN);  // as net::Loop does
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  const int before = ::dup(STDERR_FILENO);
  ::dup2(pipe_ends[1], STDERR_FILENO);
  ASSERT_TRUE(start_log(LogFormat::Json, LogLevel::Info));
  const std::string filler(1'000, '.');
  for (std::size_t i = 0; i < 2 * kLogQueueMax; ++i) log_info(filler);
  EXPECT_GT(dropped_log_lines(), 0u);
  ::close(pipe_ends[0]);  // the writer wakes up with an error
  stop_log();
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  ::close(pipe_ends[1]);
}

}  // namespace
}  // namespace gateway::telemetry
