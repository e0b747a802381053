// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <ostream>
#include <thread>

#include "gateway/audit/chain_line.h"
#include "gateway/audit_tool/files.h"
#include "gateway/audit_tool/line_file.h"
#include "gateway/audit_tool/read.h"

namespace gateway::audit_tool {
namespace {

constexpr int kGood = 0, kUnusable = 2;
constexpr std::chrono::milliseconds kPoll{100};
constexpr std::uint64_t kFirstLook = 64u << 10;

bool is_record(std::string_view line) { return audit::sequence_of(line).has_value(); }

bool is_of_chain(std::string_view line) {
  return audit::parse_seal(line).has_value() || audit::parse_header(line).has_value();
}

// The last records of a file, and the file where it ended.
struct End {
  LineFile file;
  std::deque<std::string> records;
};

std::expected<End, std::string> read_end(const std::string& path, std::size_t count) {
  auto file = LineFile::open(path);
  if (!file) return std::unexpected(file.error());
  End end{.file = std::move(*file), .records = {}};
  const std::uint64_t bytes = end.file.bytes();
  for (std::uint64_t look = kFirstLook;; look *= 4) {
    end.records.clear();
    end.file.seek(look < bytes ? bytes - look : 0);
    while (const auto line = end.file.next()) {
      if (!is_record(*line)) continue;
      end.records.emplace_back(*line);
      if (end.records.size() > count) end.records.pop_front();
    }
    if (end.records.size() >= count || look >= bytes) return end;
  }
}

class Tail {
 public:
  Tail(const TailOptions& options, std::ostream& out, std::ostream& err)
      : options_(options), out_(out), err_(err) {}

  int run() {
    auto end = read_end(options_.file, options_.count);
    if (!end) {
      err_ << "postern: " << end.error() << '\n';
      return kUnusable;
    }
    print(*end);
    if (options_.follow == Follow::Yes) follow(std::move(end->file));
    return kGood;
  }

 private:
  // What the file does not have is taken from the one before it.
  void print(End& end) {
    for (unsigned number = 1; end.records.size() < options_.count; ++number) {
      auto older = read_end(rotated(number), options_.count - end.records.size());
      if (!older) break;
      std::ranges::move(older->records.rbegin(), older->records.rend(),
                        std::front_inserter(end.records));
    }
    for (const std::string& record : end.records) out_ << record << '\n';
    out_ << std::flush;
  }

  void follow(LineFile file) {
    while (out_) {
      const auto now = identity_of(options_.file);
      read_on(file);  // after the look: what came before the file was moved away is read
      if (!now || *now == file.identity()) {
        std::this_thread::sleep_for(kPoll);
      } else if (auto next = next_after(file.identity())) {
        read_on(file);
        file = std::move(*next);
      }
    }
  }

  void read_on(LineFile& file) {
    bool has_printed = false;
    while (const auto line = file.next()) {
      if (is_record(*line)) {
        out_ << *line << '\n';
        has_printed = true;
      } else if (!line->empty() && !is_of_chain(*line)) {
        err_ << fmt::format("{}: a line is not a record\n", options_.file);
      }
    }
    if (has_printed) out_ << std::flush;
  }

  // The file that was begun after that one; the newest where that one is gone.
  std::optional<LineFile> next_after(const FileIdentity& identity) {
    std::string newer = options_.file;
    for (unsigned number = 1; identity_of(rotated(number)); ++number) {
      if (*identity_of(rotated(number)) == identity) return opened(newer);
      newer = rotated(number);
    }
    return opened(options_.file);
  }

  static std::optional<LineFile> opened(const std::string& path) {
    auto file = LineFile::open(path);
    if (!file) return std::nullopt;
    return std::move(*file);
  }

  std::string rotated(unsigned number) const {
    return options_.file + '.' + std::to_string(number);
  }

  TailOptions options_;
  std::ostream& out_;
  std::ostream& err_;
};

}  // namespace

int run_tail(const TailOptions& options, std::ostream& out, std::ostream& err) {
  return Tail(options, out, err).run();
}

}  // namespace gateway::audit_tool
