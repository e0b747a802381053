// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "file_size_limit.h"
#include "gateway/audit/sink.h"
#include "temporary_folder.h"

namespace gateway::audit {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;
namespace fs = std::filesystem;

constexpr seconds kNow{1'000};

std::unique_ptr<Sink> opened(const std::string& path, RotationSettings rotation = {}) {
  auto sink = open_file_sink(path, {.rotation = rotation});
  EXPECT_TRUE(sink.has_value()) << sink.error();
  return std::move(*sink);
}

Sink::Result put(Sink& sink, std::string_view lines, microseconds now) {
  const auto place = sink.make_ready(lines.size(), now);
  if (!place) return std::unexpected(WriteFailure{place.error(), 0, 0});
  return sink.write(lines, now);
}

TEST(FileSink, AppendsToAFileOfMode0640) {
  const TemporaryFolder folder;
  const std::string path = folder.file("audit.jsonl");
  const mode_t before = ::umask(022);
  ASSERT_TRUE(put(*opened(path), "one\n", kNow));
  ::umask(before);
  ASSERT_TRUE(put(*opened(path), "two\n", kNow));
  EXPECT_EQ(read_file(path), "one\ntwo\n");
  struct stat facts{};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0640u);
}

TEST(FileSink, SaysWhichPathCannotBeOpened) {
  const TemporaryFolder folder;
  const std::string path = folder.file("missing/audit.jsonl");
  const auto sink = open_file_sink(path, {});
  ASSERT_FALSE(sink.has_value());
  EXPECT_EQ(sink.error(), "cannot open " + path + ": No such file or directory");
  EXPECT_FALSE(
      open_file_sink(folder.file("audit.jsonl"), {.rotation = {.bytes_max = 1, .files_max = 0}}));
}

TEST(FileSink, AFifoThatNobodyReadsIsAnErrorAndDoesNotBlock) {
  const TemporaryFolder folder;
  const std::string path = folder.file("fifo");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_FALSE(open_file_sink(path, {}).has_value());
}

TEST(FileSink, SetsAsideALineThatACrashLeftTorn) {
  const TemporaryFolder folder;
  const std::string path = folder.file("audit.jsonl");
  write_file(path, "whole\n{\"torn");
  auto sink = opened(path);
  ASSERT_TRUE(put(*sink, "next\n", kNow));
  ASSERT_TRUE(put(*sink, "last\n", kNow));
  EXPECT_EQ(read_file(path), "whole\n{\"torn\nnext\nlast\n");
}

TEST(FileSink, AfterAShortWriteTheTornLineIsGivenAgainOnALineOfItsOwn) {
  const TemporaryFolder folder;
  const std::string path = folder.file("audit.jsonl");
  auto sink = opened(path);
  const std::string lines = "aaaa\nbbbb\ncccc\n";
  std::size_t taken = 0;
  {
    const FileSizeLimit full_disk(12);
    const auto result = put(*sink, lines, kNow);
    ASSERT_FALSE(result.has_value());
    taken = result.error().taken_bytes;
    EXPECT_EQ(taken, 10u);
    EXPECT_EQ(result.error().reason, "cannot write " + path + ": File too large");
    EXPECT_FALSE(put(*sink, lines.substr(taken), kNow)) << "still full";
  }
  ASSERT_TRUE(put(*sink, lines.substr(taken), kNow));
  EXPECT_EQ(read_file(path), "aaaa\nbbbb\ncc\ncccc\n");
}

TEST(FileSink, ALineThatLacksOnlyItsNewlineIsTakenAndTheNewlineIsOwed) {
  const TemporaryFolder folder;
  const std::string path = folder.file("audit.jsonl");
  auto sink = opened(path);
  {
    const FileSizeLimit full_disk(9);
    const auto result = put(*sink, "aaaa\nbbbb\ncccc\n", kNow);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().taken_bytes, 10u);
    EXPECT_EQ(result.error().torn_bytes, 0u);
    EXPECT_TRUE(sink->has_backlog());
    EXPECT_FALSE(sink->write({}, kNow)) << "still full";
  }
  ASSERT_TRUE(sink->write({}, kNow));
  EXPECT_FALSE(sink->has_backlog());
  ASSERT_TRUE(put(*sink, "cccc\n", kNow));
  EXPECT_EQ(read_file(path), "aaaa\nbbbb\ncccc\n");
}

TEST(FileSink, AShortWriteThatEndsWithALineNeedsNoRepair) {
  const TemporaryFolder folder;
  const std::string path = folder.file("audit.jsonl");
  auto sink = opened(path);
  {
    const FileSizeLimit full_disk(5);
    const auto result = put(*sink, "aaaa\nbbbb\n", kNow);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().taken_bytes, 5u);
  }
  ASSERT_TRUE(put(*sink, "bbbb\n", kNow));
  EXPECT_EQ(read_file(path), "aaaa\nbbbb\n");
}

TEST(FileSink, RotatesBetweenBatchesAndKeepsTheNewestFiles) {
  const TemporaryFolder folder;
  const std::string path = folder.file("audit.jsonl");
  auto sink = opened(path, {.bytes_max = 8, .files_max = 2});
  for (const char* line : {"1111\n", "222\n", "3333\n", "4444444444\n", "5555\n"}) {
    ASSERT_TRUE(put(*sink, line, kNow));
  }
  EXPECT_EQ(read_file(path), "5555\n");
  EXPECT_EQ(read_file(path + ".1"), "4444444444\n") << "a batch is never split";
  EXPECT_EQ(read_file(path + ".2"), "3333\n");
  EXPECT_FALSE(fs::exists(path + ".3"));
  EXPECT_EQ(sink->complaint(), "");
}

TEST(FileSink, CountsWhatAnEarlierRunLeftInTheFile) {
  const TemporaryFolder folder;
  const std::string path = folder.file("audit.jsonl");
  write_file(path, "before\n");
  ASSERT_TRUE(put(*opened(path, {.bytes_max = 10, .files_max = 1}), "after\n", kNow));
  EXPECT_EQ(read_file(path), "after\n");
  EXPECT_EQ(read_file(path + ".1"), "before\n");
}

TEST(FileSink, GoesOnInTheLargeFileWhenItCannotRotate) {
  const TemporaryFolder folder;
  const std::string path = folder.file("audit.jsonl");
  fs::create_directory(path + ".1");
  write_file(path + ".1/keeps_it_from_being_replaced", "");
  auto sink = opened(path, {.bytes_max = 8, .files_max = 1});
  ASSERT_TRUE(put(*sink, "1111111\n", kNow));
  ASSERT_TRUE(put(*sink, "2\n", kNow));
  EXPECT_EQ(read_file(path), "1111111\n2\n");
  EXPECT_EQ(sink->complaint(), "cannot rotate " + path + ": Is a directory");
  fs::remove_all(path + ".1");
  ASSERT_TRUE(put(*sink, "3\n", kNow)) << "not tried again before another bytes_max";
  EXPECT_FALSE(fs::exists(path + ".1"));
  ASSERT_TRUE(put(*sink, "4444444\n", kNow));
  EXPECT_EQ(read_file(path + ".1"), "1111111\n2\n3\n");
  EXPECT_EQ(sink->complaint(), "");
}

TEST(FileSink, AGapLeftByAFailedRotationCostsNoOldFile) {
  const TemporaryFolder folder;
  const std::string path = folder.file("audit.jsonl");
  write_file(path + ".2", "old two\n");
  write_file(path + ".3", "old three\n");
  auto sink = opened(path, {.bytes_max = 4, .files_max = 3});
  ASSERT_TRUE(put(*sink, "111\n", kNow));
  ASSERT_TRUE(put(*sink, "222\n", kNow));
  EXPECT_EQ(read_file(path + ".1"), "111\n");
  EXPECT_EQ(read_file(path + ".2"), "old two\n");
  EXPECT_EQ(read_file(path + ".3"), "old three\n");
}

TEST(FileSink, FollowsARenamedOrRemovedFileWithinASecond) {
  const TemporaryFolder folder;
  const std::string path = folder.file("audit.jsonl");
  auto sink = opened(path);
  ASSERT_TRUE(put(*sink, "1\n", kNow));
  fs::rename(path, path + ".old");
  ASSERT_TRUE(put(*sink, "2\n", kNow + microseconds(999'999)));
  EXPECT_FALSE(fs::exists(path));
  ASSERT_TRUE(put(*sink, "3\n", kNow + seconds(1)));
  EXPECT_EQ(read_file(path + ".old"), "1\n2\n");
  EXPECT_EQ(read_file(path), "3\n");
  fs::remove(path);
  ASSERT_TRUE(put(*sink, "4\n", kNow + seconds(2)));
  EXPECT_EQ(read_file(path), "4\n");
  fs::rename(path, path + ".older");
  ASSERT_TRUE(put(*sink, "5\n", kNow - seconds(500))) << "also when the clock was set back";
  EXPECT_EQ(read_file(path), "5\n");
}

TEST(FileSink, AFileThatCannotBeMadeAgainIsAFailureAndTriedAtOnce) {
  const TemporaryFolder folder;
  fs::create_directory(folder.file("d"));
  const std::string path = folder.file("d/audit.jsonl");
  auto sink = opened(path);
  fs::rename(folder.file("d"), folder.file("moved"));
  EXPECT_FALSE(put(*sink, "1\n", kNow));
  EXPECT_FALSE(put(*sink, "1\n", kNow));
  fs::create_directory(folder.file("d"));
  EXPECT_TRUE(put(*sink, "1\n", kNow));
  EXPECT_EQ(read_file(path), "1\n");
}

TEST(FileSink, NeverRotatesADevice) {
  auto sink = opened("/dev/null", {.bytes_max = 1, .files_max = 1});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(put(*sink, "aaaa\n", kNow));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_FALSE(fs::exists("/dev/null.1"));
}

}  // namespace
}  // namespace gateway::audit
