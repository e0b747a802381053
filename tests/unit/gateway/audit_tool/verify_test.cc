// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit_tool/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <sstream>

#include "audit_files.h"
#include "tests/unit/gateway/audit/file_size_limit.h"

namespace gateway::audit_tool {
namespace {

namespace fs = std::filesystem;
using audit::FileSizeLimit;
using Lines = std::vector<std::string>;

struct Told {
  int code = 0;
  std::string text;  // what it said, wherever
};

Told verified(std::vector<std::string> files, std::string head = {},
              const std::string& key = std::string(kKey)) {
  std::ostringstream out, err;
  const int code =
      run_verify({.files = std::move(files), .key = key, .head = std::move(head)}, out, err);
  return {code, out.str() + err.str()};
}

bool says(const Told& told, std::string_view part) { return told.text.contains(part); }

std::string head_of(const Told& told) {
  const std::size_t start = told.text.find("head: ") + 6;
  return told.text.substr(start, told.text.find('\n', start) - start);
}

// Header, records 1 to 3, seal; records 4 to 6, seal; records 7 to 9, seal: lines 1 to 13.
struct ThreeBatches {
  TemporaryFolder folder;
  std::string path = folder.file("audit.jsonl");
  ThreeBatches() {
    const auto log = started(path);
    for (const std::uint64_t first : {1u, 4u, 7u}) write_batch(*log, first, 3);
  }
  Told after(const std::function<void(Lines&)>& tamper) const {
    Lines lines = lines_of(path);
    tamper(lines);
    write_lines(path, lines);
    return verified({path});
  }
};

TEST(Verify, AcceptsWhatTheLogWrote) {
  const ThreeBatches audit;
  const Told told = verified({audit.path});
  EXPECT_EQ(told.code, 0) << told.text;
  EXPECT_TRUE(says(
      told, "ok: 9 records in 3 batches of 1 chains verify, up to " + audit.path + ":13 (seq 9)"))
      << told.text;
}

struct Tampering {
  std::string name;
  std::function<void(Lines&)> tamper;
  std::string told;  // where, and why
};

void swap_lines(Lines& lines, std::size_t first, std::size_t second) {
  std::swap(lines.at(first - 1), lines.at(second - 1));
}

void erase_lines(Lines& lines, std::ptrdiff_t first, std::ptrdiff_t last) {
  lines.erase(lines.begin() + first - 1, lines.begin() + last);
}

const std::vector<Tampering>& tamperings() {
  static const std::vector<Tampering> kAll = {
      {"a record's text", [](Lines& lines) { lines.at(5).replace(lines[5].find("4"), 1, "5"); },
       ":6"},
      {"one byte of a record", [](Lines& lines) { lines.at(6).back() = ' '; },
       ":6 (seq 4): the batch of 3 lines up to"},
      {"a record is left out", [](Lines& lines) { erase_lines(lines, 7, 7); },
       ":7 (seq 6): is not the record that stood here"},
      {"a record is put in", [](Lines& lines) { lines.insert(lines.begin() + 6, lines[5]); },
       ":7 (seq 4): is not the record that stood here"},
      {"two records are swapped", [](Lines& lines) { swap_lines(lines, 6, 7); },
       ":6 (seq 5): is not the record that stood here"},
      {"records of two batches are swapped", [](Lines& lines) { swap_lines(lines, 6, 10); },
       ":6 (seq 7): is not the record that stood here"},
      {"a batch is left out", [](Lines& lines) { erase_lines(lines, 6, 9); },
       ":6 (seq 7): the batch before this one is missing"},
      {"the first batch is left out", [](Lines& lines) { erase_lines(lines, 2, 5); },
       ": the batch before this one is missing"},
      {"a batch is there twice",
       [](Lines& lines) {
         const Lines batch(lines.begin() + 5, lines.begin() + 9);
         lines.insert(lines.begin() + 9, batch.begin(), batch.end());
       },
       ":10 (seq 4): the batch before this one is missing, moved or changed"},
      {"a seal is left out", [](Lines& lines) { erase_lines(lines, 9, 9); },
       ":6 (seq 4): the batch before this one is missing"},
      {"a seal's count", [](Lines& lines) { lines.at(8).replace(lines[8].find(":3,"), 3, ":4,"); },
       ":6 (seq 4): the batch of 3 lines up to"},
      {"the beginning is cut off", [](Lines& lines) { erase_lines(lines, 1, 5); },
       ":1 (seq 4): no chain begins before it"},
      {"the header's version",
       [](Lines& lines) {
         lines.at(0).replace(lines[0].find("version\":\""), 10, "version\":\"x");
       },
       ":2 (seq 1): the batch of 4 lines up to"},
      {"the header's key",
       [](Lines& lines) { lines.at(0).replace(lines[0].find("key_id\":\"") + 9, 1, "g"); },
       ":1: this chain is signed with another key"},
  };
  return kAll;
}

TEST(Verify, NamesTheFirstBadRecordOfEachTampering) {
  for (const Tampering& tampering : tamperings()) {
    SCOPED_TRACE(tampering.name);
    const ThreeBatches audit;
    const Told told = audit.after(tampering.tamper);
    EXPECT_EQ(told.code, 1) << told.text;
    EXPECT_TRUE(says(told, "BAD ")) << told.text;
    EXPECT_TRUE(says(told, tampering.told)) << told.text;
  }
}

// The file may be cut short only where a process that is killed could leave it.
TEST(Verify, FindsEachChangedByte) {
  const TemporaryFolder folder;
  const std::string path = folder.file("audit.jsonl");
  {
    const auto log = started(path);
    write_batch(*log, 1, 1);
    write_batch(*log, 2, 1);
  }
  const std::string whole = read_file(path), head = head_of(verified({path}));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    write_file(path, changed);
    EXPECT_NE(verified({path}, head).code, 0) << "byte " << i;
  }
}

TEST(Verify, SaysHowManyRecordsOfATornTailAreUnsigned) {
  const ThreeBatches audit;
  const std::string whole = read_file(audit.path);
  write_file(audit.path, whole.substr(0, whole.size() - 400));
  const Told told = verified({audit.path});
  EXPECT_EQ(told.code, 0) << told.text;
  EXPECT_TRUE(says(told, "records after it are unsigned, from " + audit.path + ":10 (seq 7) on"))
      << told.text;
  EXPECT_TRUE(says(told, "up to " + audit.path + ":9 (seq 6)")) << told.text;
}

TEST(Verify, FindsACutEndByTheHead) {
  const ThreeBatches audit;
  const std::string head = head_of(verified({audit.path}));
  EXPECT_EQ(verified({audit.path}, head).code, 0);
  EXPECT_EQ(verified({audit.path}, head.substr(head.rfind(':') + 1)).code, 0) << "the mac alone";
  Lines lines = lines_of(audit.path);
  erase_lines(lines, 10, 13);
  write_lines(audit.path, lines);
  EXPECT_EQ(verified({audit.path}).code, 0) << "only the head tells";
  const Told told = verified({audit.path}, head);
  EXPECT_EQ(told.code, 1);
  EXPECT_TRUE(says(told, audit.path + ":9 (seq 6): the head seq 9 of chain")) << told.text;
}

TEST(Verify, FindsASigningWithAnotherKey) {
  const TemporaryFolder folder;
  const std::string path = folder.file("audit.jsonl");
  write_batch(*started(path, {.key = "another"}), 1, 2);
  const Told told = verified({path});
  EXPECT_EQ(told.code, 1);
  EXPECT_TRUE(says(told, ":1: this chain is signed with another key")) << told.text;
}

TEST(Verify, TakesNoHashForASignature) {
  const TemporaryFolder folder;
  const std::string path = folder.file("audit.jsonl");
  write_batch(*started(path, {.key = ""}), 1, 2);
  EXPECT_TRUE(says(verified({path}), "hashed but not signed"));
  const Told told = verified({path}, "", "");
  EXPECT_EQ(told.code, 0) << told.text;
  EXPECT_TRUE(says(told, "shows accidents, not forgery")) << told.text;
}

TEST(Verify, AsksForTheKey) {
  const ThreeBatches audit;
  const Told told = verified({audit.path}, "", "");
  EXPECT_EQ(told.code, 2);
  EXPECT_TRUE(says(told, "give the key with --key-file or --config")) << told.text;
}

TEST(Verify, SaysWhatItCannotUse) {
  const TemporaryFolder folder;
  EXPECT_EQ(verified({folder.file("missing")}).code, 2);
  EXPECT_EQ(verified({"/"}).code, 2);
  write_file(folder.file("empty"), "");
  EXPECT_TRUE(says(verified({folder.file("empty")}), "there is no chain in these files"));
  EXPECT_EQ(verified({folder.file("empty")}, "not a mac").code, 2);
}

// Several starts of the process, one file.
TEST(Verify, FollowsTheChainsOfSeveralStarts) {
  const TemporaryFolder folder;
  const std::string path = folder.file("audit.jsonl");
  for (const std::int64_t start : {0, 100, 200}) {
    write_batch(*started(path, {.start = start}), 1, 2);
  }
  const Told told = verified({path});
  EXPECT_EQ(told.code, 0) << told.text;
  EXPECT_TRUE(says(told, "6 records in 3 batches of 3 chains")) << told.text;
  Lines lines = lines_of(path);
  erase_lines(lines, 5, 8);
  write_lines(path, lines);
  const Told without = verified({path});
  EXPECT_EQ(without.code, 1);
  EXPECT_TRUE(says(without, ":5: what stands before it is not what stood there")) << without.text;
}

TEST(Verify, TheNextStartSealsWhatAKilledProcessLeft) {
  const ThreeBatches audit;
  const std::string whole = read_file(audit.path);
  write_file(audit.path, whole.substr(0, whole.size() - 400));
  write_batch(*started(audit.path, {.start = 100}), 1, 2);
  const Told told = verified({audit.path});
  EXPECT_EQ(told.code, 0) << told.text;
  EXPECT_TRUE(says(told, "a process that was killed left")) << told.text;
  std::string text = read_file(audit.path);
  text.replace(text.find("SELECT 7"), 8, "SELECT 8");
  write_file(audit.path, text);
  EXPECT_EQ(verified({audit.path}).code, 1) << "from then on it is sealed";
}

// Three files of one chain, and a second chain that goes on in the last.
struct RotatedFiles {
  TemporaryFolder folder;
  std::string path = folder.file("audit.jsonl");
  RotatedFiles() {
    const auto log = started(path, {.max_bytes = 3000});
    for (const std::uint64_t first : {1u, 4u, 7u, 10u, 13u, 16u}) write_batch(*log, first, 3);
  }
  Lines files() const {
    Lines all{path};
    for (int i = 1; fs::exists(path + '.' + std::to_string(i)); ++i) {
      all.push_back(path + '.' + std::to_string(i));
    }
    return all;
  }
};

TEST(Verify, PutsRotatedFilesInOrderByThemselves) {
  const RotatedFiles audit;
  Lines files = audit.files();
  ASSERT_GE(files.size(), 3u);
  do {
    const Told told = verified(files);
    EXPECT_EQ(told.code, 0) << told.text;
    EXPECT_TRUE(says(told, "18 records in 6 batches of 1 chains")) << told.text;
  } while (std::next_permutation(files.begin(), files.end()) && files.size() < 5);
}

TEST(Verify, FindsAMissingFileBetweenOthers) {
  const RotatedFiles audit;
  const Told told = verified({audit.path, audit.path + ".2"});
  EXPECT_EQ(told.code, 1);
  EXPECT_TRUE(says(told, "what stood between is missing")) << told.text;
}

TEST(Verify, SaysThatOlderFilesAreNotThere) {
  const RotatedFiles audit;
  const Told told = verified({audit.path, audit.path + ".1"});
  EXPECT_EQ(told.code, 0) << told.text;
  EXPECT_TRUE(says(told, "what came before this is not among these files")) << told.text;
  EXPECT_FALSE(says(told, "never written")) << told.text;
}

TEST(Verify, NamesTheFirstBadRecordWhereOlderFilesAreNotThere) {
  const RotatedFiles audit;
  std::string text = read_file(audit.path + ".1");
  const std::size_t second = text.find("SELECT", text.find("SELECT") + 1);
  text[second] = 's';
  write_file(audit.path + ".1", text);
  const Told told = verified({audit.path, audit.path + ".1"});
  EXPECT_EQ(told.code, 1);
  EXPECT_TRUE(says(told, "was changed")) << told.text;
}

TEST(Verify, TakesNoUnsignedRecordThatDoesNotFollow) {
  const ThreeBatches audit;
  write_file(audit.path,
             read_file(audit.path) + R"({"timestamp":"2026-11-22T00:00:00Z","seq":999})" + "\n");
  const Told told = verified({audit.path});
  EXPECT_EQ(told.code, 1);
  EXPECT_TRUE(says(told, "(seq 999): is unsigned, and does not follow")) << told.text;
}

TEST(Verify, FindsAFileThatIsThereTwice) {
  const RotatedFiles audit;
  fs::copy(audit.path + ".1", audit.folder.file("copy"));
  EXPECT_EQ(verified({audit.path, audit.path + ".1", audit.folder.file("copy")}).code, 1);
}

TEST(Verify, FindsWhatWasSplicedInFromAnotherChain) {
  const ThreeBatches audit, other;
  const Lines theirs = lines_of(other.path);
  const Told batch = audit.after(
      [&](Lines& lines) { std::copy(theirs.begin() + 5, theirs.begin() + 9, lines.begin() + 5); });
  EXPECT_EQ(batch.code, 1);
  EXPECT_TRUE(says(batch, ":6 (seq 4): the batch before this one is missing")) << batch.text;
}

// A log of `before` records, and what follows on a disk that has this much room left, and then a
// little more.
std::unique_ptr<audit::Log> torn_log(const std::string& path, std::uint64_t before, rlim_t room) {
  constexpr rlim_t kMoreRoom = 70;
  auto log = started(path);
  if (before > 0) write_batch(*log, 1, before);
  const rlim_t bytes = fs::file_size(path) + room;
  {
    const FileSizeLimit full_disk(bytes);
    write_batch(*log, before + 1, 2);
  }
  const FileSizeLimit full_disk(bytes + kMoreRoom);
  write_batch(*log, before + 3, 1);
  return log;
}

// As many bytes as these batches have, and some.
constexpr rlim_t kRoomMax = 1500;
constexpr std::uint64_t kTwoDigits = 12;  // so many records that a torn number still is one

void expect_good(const std::string& path, rlim_t room, std::string_view part) {
  const Told told = verified({path});
  EXPECT_EQ(told.code, 0) << room << ": " << told.text;
  EXPECT_TRUE(says(told, part)) << room << ": " << told.text;
}

TEST(Verify, AcceptsWhatAFullDiskToreAtAnyByte) {
  const TemporaryFolder folder;
  for (rlim_t room = 0; room < kRoomMax; ++room) {
    for (const std::uint64_t before : {std::uint64_t{0}, kTwoDigits}) {
      const std::string path = folder.file("audit");
      const auto log = torn_log(path, before, room);
      write_batch(*log, before + 4, 1);
      const std::string count = std::to_string(before + 4);
      expect_good(path, room, "ok: " + count + " records in ");
      fs::remove(path);
    }
  }
}

TEST(Verify, AcceptsWhatAKillLeftOnAFullDiskAtAnyByte) {
  const TemporaryFolder folder;
  for (rlim_t room = 0; room < kRoomMax; ++room) {
    const std::string path = folder.file("audit"), killed = folder.file("killed");
    {
      const auto log = torn_log(path, kTwoDigits, room);
      fs::copy_file(path, killed, fs::copy_options::overwrite_existing);
    }
    expect_good(killed, room, "ok: ");
    write_batch(*started(killed, {.start = 100}), 1, 2);
    expect_good(killed, room, "of 2 chains");
    fs::remove(path);
  }
}

TEST(Verify, AcceptsATornRecordAndItsWholeCopyBehindTheLastSeal) {
  const TemporaryFolder folder;
  const std::string path = folder.file("audit");
  {
    const auto log = started(path);
    write_batch(*log, 1, kTwoDigits - 1);
    write_batch(*log, kTwoDigits, 1);
  }
  Lines lines = lines_of(path);
  lines.pop_back();  // the seal
  const std::string record = lines.back();
  for (std::size_t bytes = 1; bytes < record.size(); ++bytes) {
    lines.back() = record.substr(0, bytes);
    lines.push_back(record);
    write_lines(path, lines);
    expect_good(path, bytes, "note: 1 records after it are unsigned");
    lines.pop_back();
  }
}

}  // namespace
}  // namespace gateway::audit_tool
