// SPDX-License-Identifier: Apache-2.0
#include "gateway/admin/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace gateway::admin {
namespace {

using Kind = Target::Kind;
using Unexpected = std::unexpected<std::string>;

constexpr std::int64_t kSecondsMax = 366ll * 86'400;
constexpr std::size_t kFingerprintDigitsMax = 16;

constexpr std::string_view kUsage =
    "write DENY or ALLOW with USER name, DATABASE name or FINGERPRINT hex, or LIST";

struct Word {
  std::string text;
  bool is_quoted = false;

  bool is(std::string_view keyword) const {
    const auto is_same = [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 32 : a) == b; };
    return !is_quoted && std::ranges::equal(text, keyword, is_same);
  }
};

constexpr std::string_view kBlanks = " \t";

// The quoted text that `rest` begins with, and cuts it off.
std::expected<std::string, std::string> take_quoted(std::string_view& rest) {
  std::string text;
  rest.remove_prefix(1);
  for (;;) {
    const auto end = rest.find('\'');
    if (end == std::string_view::npos) return Unexpected("a quoted text has no end: close it by '");
    text += rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (!rest.starts_with('\'')) return text;
    text += '\'';
    rest.remove_prefix(1);
  }
}

std::expected<std::vector<Word>, std::string> words_of(std::string_view rest) {
  std::vector<Word> words;
  for (;;) {
    rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
    if (rest.empty()) return words;
    Word& word = words.emplace_back();
    word.is_quoted = rest.starts_with('\'');
    if (!word.is_quoted) {
      word.text = rest.substr(0, rest.find_first_of(kBlanks));
      rest.remove_prefix(word.text.size());
      continue;
    }
    auto text = take_quoted(rest);
    if (!text) return Unexpected(std::move(text.error()));
    word.text = std::move(*text);
  }
}

std::expected<std::uint64_t, std::string> fingerprint_of(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, 16);
  if (error != std::errc() || stop != end || text.size() > kFingerprintDigitsMax || value == 0) {
    return Unexpected(fmt::format(
        "'{}' is no fingerprint: write the 16 hex digits that the audit record shows", text));
  }
  return value;
}

// Takes a line's words one by one.
class Parser {
 public:
  explicit Parser(std::vector<Word> words) : words_(std::move(words)) {}

  std::expected<Command, std::string> command() {
    if (take("LIST")) return ended(Command(List{}));
    if (take("DENY")) return deny();
    if (take("ALLOW")) return allow();
    return Unexpected(std::string(kUsage));
  }

 private:
  bool take(std::string_view keyword) {
    if (at_ == words_.size() || !words_[at_].is(keyword)) return false;
    ++at_;
    return true;
  }

  std::expected<std::string, std::string> value(std::string_view of) {
    if (at_ == words_.size() || words_[at_].text.empty()) {
      return Unexpected(fmt::format("{} wants a value behind it", of));
    }
    return words_[at_++].text;
  }

  std::expected<Command, std::string> ended(Command command) {
    if (at_ == words_.size()) return command;
    return Unexpected(
        fmt::format("'{}' is one word too many; put names with blanks into '…'", words_[at_].text));
  }

  std::expected<Target, std::string> target() {
    Target target;
    if (take("USER")) {
      auto user = value("USER");
      if (!user) return Unexpected(std::move(user.error()));
      target.user = std::move(*user);
      return target;
    }
    if (take("DATABASE")) {
      auto database = value("DATABASE");
      if (!database) return Unexpected(std::move(database.error()));
      target.kind = Kind::Database;
      target.database = std::move(*database);
      return target;
    }
    if (!take("FINGERPRINT")) return Unexpected(std::string(kUsage));
    const auto text = value("FINGERPRINT");
    if (!text) return Unexpected(text.error());
    const auto fingerprint = fingerprint_of(*text);
    if (!fingerprint) return Unexpected(fingerprint.error());
    target.kind = Kind::Fingerprint;
    target.fingerprint = *fingerprint;
    return target;
  }

  // True: there was one more database, of a user.
  std::expected<bool, std::string> take_database(Target& target) {
    if (target.kind != Kind::User || !target.database.empty() || !take("DATABASE")) return false;
    auto database = value("DATABASE");
    if (!database) return Unexpected(std::move(database.error()));
    target.database = std::move(*database);
    return true;
  }

  std::expected<Command, std::string> allow() {
    auto named = target();
    if (!named) return Unexpected(std::move(named.error()));
    const auto more = take_database(*named);
    if (!more) return Unexpected(more.error());
    return ended(Command(Allow{std::move(*named)}));
  }

  std::expected<Command, std::string> deny() {
    auto named = target();
    if (!named) return Unexpected(std::move(named.error()));
    Deny deny{.target = std::move(*named)};
    for (;;) {
      const auto more = clause(deny);
      if (!more) return Unexpected(more.error());
      if (!*more) break;
    }
    return ended(Command(std::move(deny)));
  }

  // True: there was one.
  std::expected<bool, std::string> clause(Deny& deny) {
    if (!deny.lasts && take("FOR")) {
      const auto text = value("FOR");
      if (!text) return Unexpected(text.error());
      const auto lasts = parse_time_span(*text);
      if (!lasts) return Unexpected(lasts.error());
      deny.lasts = *lasts;
      return true;
    }
    if (deny.reason.empty() && take("REASON")) {
      auto reason = value("REASON");
      if (!reason) return Unexpected(std::move(reason.error()));
      deny.reason = std::move(*reason);
      return true;
    }
    if (deny.running == Running::GoesOn && take("CANCEL")) {
      if (deny.target.kind == Kind::Fingerprint) {
        return Unexpected(
            "CANCEL goes with USER or DATABASE: what a session runs is not known by "
            "its fingerprint");
      }
      deny.running = Running::IsCancelled;
      return true;
    }
    return take_database(deny.target);
  }

  std::vector<Word> words_;
  std::size_t at_ = 0;
};

std::int64_t seconds_of(char unit) {
  switch (unit) {
    case 's': return 1;
    case 'm': return 60;
    case 'h': return 3'600;
    case 'd': return 86'400;
    default: return 0;
  }
}

}  // namespace

std::expected<std::chrono::seconds, std::string> parse_time_span(std::string_view text) {
  const bool has_unit = !text.empty() && seconds_of(text.back()) > 0;
  const std::string_view digits = has_unit ? text.substr(0, text.size() - 1) : text;
  const std::int64_t unit = has_unit ? seconds_of(text.back()) : 1;
  std::int64_t count = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, count);
  if (error != std::errc() || stop != end || count < 1 || count > kSecondsMax / unit) {
    return Unexpected(fmt::format("'{}' is no time: write 30s, 10m, 2h or 1d, at most 366d", text));
  }
  return std::chrono::seconds(count * unit);
}

std::expected<Command, std::string> parse_command(std::string_view line) {
  if (line.contains('\0')) return Unexpected("the line holds a NUL byte");
  auto words = words_of(line);
  if (!words) return Unexpected(std::move(words.error()));
  return Parser(std::move(*words)).command();
}

}  // namespace gateway::admin
