// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "file_size_limit.h"
#include "temporary_folder.h"

namespace gateway::audit {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

Clock steps_of_two_seconds() {
  return [now = std::chrono::seconds(1'795'246'800)]() mutable {
    return now += std::chrono::seconds(2);
  };
}

std::unique_ptr<Log> opened(LogSettings settings) {
  auto log = Log::open(std::move(settings), steps_of_two_seconds());
  EXPECT_TRUE(log.has_value()) << log.error();
  return std::move(*log);
}

std::vector<json> records(const std::string& path) {
  std::vector<json> out;
  std::istringstream lines(read_file(path));
  for (std::string line; std::getline(lines, line);) {
    const json record = json::parse(line);
    if (record.contains("seq")) out.push_back(record);  // not a line of the chain
  }
  return out;
}

// For files too large to parse each time.
std::ptrdiff_t line_count(const std::string& path) {
  std::istringstream text(read_file(path));
  std::ptrdiff_t count = 0;
  for (std::string line; std::getline(text, line);) count += line.starts_with("{\"timestamp");
  return count;
}

const std::string& session() {
  static const std::string kMembers = Log::format_session({.session_id = "s1"});
  return kMembers;
}

Decision decision(std::uint64_t id, std::string_view sql = "SELECT 1") {
  return {.event = Event::QueryAllowed, .request_id = id, .sql = sql, .violations = {}};
}

// A log whose file can be made to fail and to work again: its folder is moved away.
struct Breakable {
  TemporaryFolder folder;
  std::string path = (fs::create_directory(folder.file("d")), folder.file("d/audit.jsonl"));
  void fail() const { fs::rename(folder.file("d"), folder.file("moved")); }
  void repair() const { fs::rename(folder.file("moved"), folder.file("d")); }
};

TEST(Log, WritesABatchInTheOrderItWasMade) {
  const TemporaryFolder folder;
  const auto log = opened({.file_path = folder.file("a")});
  EXPECT_FALSE(log->has_pending());
  log->append(session(), Occurrence{.event = Event::SessionStarted, .status = "ok"});
  log->append(session(), decision(1));
  log->append(session(), End{.request_id = 1});
  EXPECT_TRUE(log->has_pending());
  EXPECT_EQ(read_file(folder.file("a")), "") << "nothing before flush()";
  EXPECT_TRUE(log->flush());
  EXPECT_FALSE(log->has_pending());
  const auto lines = records(folder.file("a"));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].at("event_type"), "session_started");
  EXPECT_EQ(lines[1].at("event_type"), "query_allowed");
  EXPECT_EQ(lines[2].at("event_type"), "query_executed");
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(lines[i].at("seq"), i + 1);
  EXPECT_EQ(log->counts().records[static_cast<std::size_t>(Event::QueryAllowed)], 1u);
  EXPECT_EQ(log->counts().records[static_cast<std::size_t>(Event::QueryExecuted)], 1u);
}

TEST(Log, FlushesWhenItIsDestroyed) {
  const TemporaryFolder folder;
  opened({.file_path = folder.file("a")})->append(session(), decision(1));
  EXPECT_EQ(records(folder.file("a")).size(), 1u);
}

TEST(Log, RedactsWhereAsked) {
  const TemporaryFolder folder;
  opened({.file_path = folder.file("a"), .redact_sql = true})
      ->append(session(), decision(1, "SELECT 'geheim'"));
  EXPECT_EQ(records(folder.file("a")).at(0).at("query").at("sql"), "SELECT $1");
}

TEST(Log, AFullDiskDeniesUntilItIsWritableAgain) {
  const auto log = opened({.file_path = "/dev/full"});
  log->append(session(), decision(1));
  EXPECT_FALSE(log->flush());
  EXPECT_FALSE(log->healthy());
  EXPECT_TRUE(log->has_pending());
  EXPECT_EQ(log->counts().failures, 1u);
  EXPECT_EQ(log->last_error(), "cannot write /dev/full: No space left on device");
}

// Torn anywhere, in the seal or before its newline, too, it asks to be written again.
TEST(Log, RecoversFromAFullDiskBehindEndRecordsWithoutANewRecord) {
  const TemporaryFolder folder;
  bool is_torn = true;
  for (rlim_t room = 0; is_torn; ++room) {
    const auto log = opened({.file_path = folder.file("a" + std::to_string(room))});
    log->append(session(), decision(1));
    ASSERT_TRUE(log->flush());
    log->append(session(), End{.request_id = 1});
    {
      const FileSizeLimit full_disk(fs::file_size(folder.file("a" + std::to_string(room))) + room);
      is_torn = !log->flush();
    }
    EXPECT_EQ(log->has_pending(), is_torn) << room;
    EXPECT_EQ(log->can_wait(), !is_torn) << room;
    EXPECT_TRUE(log->flush());
    EXPECT_TRUE(log->healthy()) << room;
    EXPECT_FALSE(log->has_pending()) << room;
    EXPECT_EQ(log->head().sequence, 2u) << room;
  }
}

TEST(Log, AFullDiskIsOnlyCountedWithContinue) {
  const auto log = opened({.file_path = "/dev/full", .on_failure = OnFailure::Continue});
  log->append(session(), decision(1));
  EXPECT_TRUE(log->flush());
  EXPECT_TRUE(log->healthy());
  EXPECT_EQ(log->counts().failures, 1u);
  EXPECT_EQ(log->last_error(), "cannot write /dev/full: No space left on device");
}

TEST(Log, RecoversAndKeepsTheRecordsOfTheFailedBatch) {
  const Breakable file;
  const auto log = opened({.file_path = file.path});
  file.fail();
  log->append(session(), decision(1));
  EXPECT_FALSE(log->flush());
  EXPECT_FALSE(log->flush());
  file.repair();
  log->append(session(), End{.request_id = 1, .status = EndStatus::Skipped});
  EXPECT_TRUE(log->flush());
  EXPECT_TRUE(log->healthy());
  EXPECT_EQ(log->last_error(), "");
  EXPECT_EQ(log->counts().failures, 2u);
  EXPECT_EQ(records(file.path).size(), 2u);
}

TEST(Log, KeepsNoMoreThanItsMaximumAndDeniesTheBatchThatLostARecord) {
  const Breakable file;
  const auto log = opened({.file_path = file.path});
  file.fail();
  const std::string sql(1u << 20, 'x');
  // Each record is a little more than its statement, so that the 16th does not fit.
  for (std::size_t i = 0; i < 17; ++i) log->append(session(), decision(i, sql));
  EXPECT_EQ(log->counts().dropped, 2u);
  file.repair();
  EXPECT_FALSE(log->flush()) << "one of the batch was not written";
  EXPECT_EQ(line_count(file.path), 15);
  EXPECT_LE(read_file(file.path).size(), kBatchBytesMax);
  fs::remove(file.path);
  log->append(session(), decision(99));
  EXPECT_TRUE(log->flush());
  EXPECT_EQ(records(file.path).at(0).at("seq"), 18) << "the gap shows";
}

TEST(Log, ABatchLargerThanTheMaximumIsWrittenEarlyWhenItCan) {
  const TemporaryFolder folder;
  const auto log = opened({.file_path = folder.file("a")});
  const std::string sql(1u << 20, 'x');
  for (std::size_t i = 0; i < 20; ++i) log->append(session(), decision(i, sql));
  EXPECT_TRUE(log->flush());
  EXPECT_EQ(log->counts().dropped, 0u);
  EXPECT_EQ(line_count(folder.file("a")), 20);
}

TEST(Log, ARecordLargerThanTheMaximumIsStillWritten) {
  const TemporaryFolder folder;
  const auto log = opened({.file_path = folder.file("a")});
  log->append(session(), decision(1));
  log->append(session(), decision(2, std::string(kBatchBytesMax + 1, 'x')));
  EXPECT_TRUE(log->flush());
  EXPECT_EQ(line_count(folder.file("a")), 2);
}

TEST(Log, ADisabledOneDoesNothingAndIsHealthy) {
  const TemporaryFolder folder;
  const auto log = opened({.enabled = false, .file_path = folder.file("a")});
  log->append(session(), decision(1));
  EXPECT_FALSE(log->has_pending());
  EXPECT_TRUE(log->flush());
  EXPECT_TRUE(log->healthy());
  EXPECT_FALSE(fs::exists(folder.file("a")));
}

TEST(Log, SaysWhyItCannotBeOpened) {
  const auto log = Log::open({.file_path = "/nonexistent/audit.jsonl"}, steps_of_two_seconds());
  ASSERT_FALSE(log.has_value());
  EXPECT_EQ(log.error(), "cannot open /nonexistent/audit.jsonl: No such file or directory");
}

TEST(Log, LetsOnlyEndRecordsWait) {
  const TemporaryFolder folder;
  const auto log = opened({.file_path = folder.file("audit.jsonl")});
  log->append(session(), End{.request_id = 1});
  EXPECT_TRUE(log->can_wait());
  log->append(session(), decision(2));
  EXPECT_FALSE(log->can_wait());
  log->append(session(), End{.request_id = 2});
  EXPECT_FALSE(log->can_wait()) << "a decision is still in the batch";
  ASSERT_TRUE(log->flush());
  log->append(session(), End{.request_id = 2});
  EXPECT_TRUE(log->can_wait());
  log->append(session(), Occurrence{.event = Event::SessionEnded});
  EXPECT_FALSE(log->can_wait());
}

TEST(Log, DoesNotLetManyEndRecordsWait) {
  const TemporaryFolder folder;
  const auto log = opened({.file_path = folder.file("audit.jsonl")});
  for (std::uint64_t id = 0; id < 1000; ++id) log->append(session(), End{.request_id = id});
  EXPECT_FALSE(log->can_wait());
}

TEST(Log, DoesNotLetEndRecordsWaitWhileWritingFails) {
  const Breakable place;
  const auto log = opened({.file_path = place.path});
  log->append(session(), decision(1));
  ASSERT_TRUE(log->flush());
  place.fail();
  log->append(session(), End{.request_id = 1});
  ASSERT_TRUE(log->can_wait());
  ASSERT_FALSE(log->flush());
  EXPECT_FALSE(log->can_wait());
  place.repair();
  ASSERT_TRUE(log->flush());
  log->append(session(), End{.request_id = 1});
  EXPECT_TRUE(log->can_wait());
}

}  // namespace
}  // namespace gateway::audit
