// SPDX-License-Identifier: Apache-2.0
#include "policy/guc.h"

#include <algorithm>
#include <array>
#include <string>

#include "policy/guc_value.h"

namespace policy {
namespace {

enum class Rule : std::uint8_t {
  Any,
  Utf8,
  On,
  OnWhereReadOnly,
  Lower,  // a timeout: only downwards from its pin
  Messages,
  SearchPath,
  Never,
};

struct Row {
  std::string_view name;
  Rule rule;
};

// policy.md, "GUCs a client may set". What is not here is refused unless the profile adds it.
constexpr std::array kRules{
    Row{"application_name", Rule::Any},
    Row{"bytea_output", Rule::Any},
    Row{"client_encoding", Rule::Utf8},
    Row{"client_min_messages", Rule::Messages},
    Row{"datestyle", Rule::Any},
    Row{"default_transaction_deferrable", Rule::Any},
    Row{"default_transaction_isolation", Rule::Any},
    Row{"default_transaction_read_only", Rule::OnWhereReadOnly},
    Row{"extra_float_digits", Rule::Any},
    Row{"idle_in_transaction_session_timeout", Rule::Lower},
    Row{"intervalstyle", Rule::Any},
    Row{"lock_timeout", Rule::Lower},
    Row{"role", Rule::Never},
    Row{"search_path", Rule::SearchPath},
    Row{"session_authorization", Rule::Never},
    Row{"standard_conforming_strings", Rule::On},
    Row{"statement_timeout", Rule::Lower},
    Row{"timezone", Rule::Any},
    Row{"transaction_deferrable", Rule::Any},
    Row{"transaction_isolation", Rule::Any},
    Row{"transaction_read_only", Rule::OnWhereReadOnly},
    Row{"transaction_timeout", Rule::Lower},
};

// What a profile may free of its condition. The others keep verdicts sound.
bool is_negotiable(Rule rule) {
  return rule == Rule::Lower || rule == Rule::Messages || rule == Rule::SearchPath;
}

std::optional<Rule> rule_of(std::string_view name, const Profile& profile) {
  const auto row = std::ranges::find(kRules, name, &Row::name);
  const bool is_listed = row != kRules.end();
  if (is_listed && !is_negotiable(row->rule)) return row->rule;
  if (std::ranges::find(profile.allowed_gucs, name) != profile.allowed_gucs.end()) return Rule::Any;
  return is_listed ? std::optional(row->rule) : std::nullopt;
}

// A value can be as long as the statement; a message shows its beginning.
constexpr std::size_t kShownBytes = 64;

std::string quoted(std::string_view text) {
  if (text.size() <= kShownBytes) return '"' + std::string(text) + '"';
  std::size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return '"' + std::string(text.substr(0, end)) + "…\"";
}

Violation refuse(std::string_view name, std::string message, std::string hint) {
  return {.check = Check::Setting,
          .code = ErrorCode::AccessDenied,
          .resource = std::string(name.substr(0, kShownBytes)),
          .rule = "gucs.allowed",
          .message = std::move(message),
          .hint = std::move(hint)};
}

Violation unlisted(std::string_view name) {
  return refuse(name, "setting " + quoted(name) + " may not be changed",
                "Leave it at its default, or ask for it to be added to gucs.allowed.");
}

Violation never(std::string_view name) {
  Violation violation =
      refuse(name, "setting " + quoted(name) + " may not be changed in any mode",
             "Connect as the principal whose rights are needed; roles are fixed for a session.");
  violation.rule = "never";
  return violation;
}

Violation wrong_value(std::string_view name, std::string_view value, std::string hint) {
  return refuse(name, "setting " + quoted(name) + " may not be set to " + quoted(value),
                std::move(hint));
}

std::uint64_t pin_of(std::string_view name, const Profile& profile) {
  for (const auto& pin : profile.pinned_timeouts) {
    if (pin.name == name) return pin.milliseconds;
  }
  return 0;
}

// The server rounds to whole milliseconds, and 0 means no limit: below 1 is therefore up, not down.
bool lowers(std::string_view value, std::uint64_t pin) {
  if (pin == 0) return true;
  const auto wanted = parse_milliseconds(value);
  return wanted && *wanted >= 1 && *wanted <= static_cast<double>(pin);
}

std::optional<Violation> judge_timeout(std::string_view name, std::string_view value,
                                       const Profile& profile) {
  const std::uint64_t pin = pin_of(name, profile);
  if (lowers(value, pin)) return std::nullopt;
  return wrong_value(
      name, value,
      "It can only be lowered: use a value from 1 to " + std::to_string(pin) + " milliseconds.");
}

bool is_path_pinned(std::string_view value, const Profile& profile) {
  const auto wanted = split_names(value);
  if (!wanted) return false;
  const bool is_empty = wanted->empty() || (wanted->size() == 1 && wanted->front().empty());
  if (is_empty) return true;
  const auto pinned = split_names(profile.search_path);
  return pinned && !pinned->empty() && *pinned == *wanted;
}

std::optional<Violation> judge_search_path(std::string_view value, const Profile& profile) {
  if (is_path_pinned(value, profile)) return std::nullopt;
  return wrong_value("search_path", value,
                     "Qualify names with their schema instead; only the pinned search_path and "
                     "the empty one are accepted.");
}

std::optional<Violation> judge_read_only(std::string_view name, std::string_view value,
                                         const Profile& profile) {
  if (profile.mode != Mode::ReadOnly || parse_boolean(value) == true) return std::nullopt;
  return refuse(name, "READ WRITE transactions are not allowed in read_only mode",
                "Use READ ONLY, or ask for a principal with balanced mode.");
}

bool is_message_level(std::string_view value) {
  constexpr std::array<std::string_view, 3> kLevels{"notice", "warning", "error"};
  return std::ranges::find(kLevels, ascii_lower(value)) != kLevels.end();
}

std::optional<Violation> unless(bool allowed, std::string_view name, std::string_view value,
                                std::string_view hint) {
  if (allowed) return std::nullopt;
  return wrong_value(name, value, std::string(hint));
}

}  // namespace

std::optional<Violation> judge_setting(std::string_view any_case, std::string_view value,
                                       const Profile& profile) {
  const std::string name = ascii_lower(any_case);
  const auto rule = rule_of(name, profile);
  if (!rule) return unlisted(name);
  switch (*rule) {
    case Rule::Any: return std::nullopt;
    case Rule::Never: return never(name);
    case Rule::Lower: return judge_timeout(name, value, profile);
    case Rule::SearchPath: return judge_search_path(value, profile);
    case Rule::Utf8: return unless(is_utf8_name(value), name, value, "Use UTF8.");
    case Rule::On: return unless(parse_boolean(value) == true, name, value, "Leave it on.");
    case Rule::Messages:
      return unless(is_message_level(value), name, value, "Use notice, warning or error.");
    case Rule::OnWhereReadOnly: return judge_read_only(name, value, profile);
  }
  return unlisted(name);
}

std::optional<Violation> judge_reset(std::string_view any_case, const Profile& profile) {
  const std::string name = ascii_lower(any_case);
  const auto rule = rule_of(name, profile);
  if (!rule) return unlisted(name);
  if (*rule == Rule::Never) return never(name);
  // Its start-up value is not a pin: inside a read-only transaction it is the way out.
  if (name == "transaction_read_only") return judge_setting(name, "off", profile);
  return std::nullopt;
}

bool is_settable(std::string_view name, const Profile& profile) {
  const auto rule = rule_of(name, profile);
  return rule && *rule != Rule::Never;
}

Violation opaque_setting(std::string_view name) {
  const std::string which = name.empty() ? "a setting" : "setting " + quoted(name);
  return refuse(name.empty() ? "setting" : name,
                which + " may only be changed to a constant that can be checked",
                "Use SET, or set_config() with constant arguments.");
}

std::optional<Violation> judge_scoped_setting(std::string_view any_case) {
  const std::string name = ascii_lower(any_case);
  if (rule_of(name, Profile{}) != Rule::Never) return std::nullopt;
  return never(name);
}

}  // namespace policy
