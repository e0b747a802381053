// SPDX-License-Identifier: Apache-2.0
// SHOW, current_setting() and rows of pg_settings: which settings may be read. Changing them is
// policy/guc.h's.
#include <algorithm>
#include <array>

#include "policy/guc.h"
#include "policy/guc_value.h"
#include "policy/rules/rule.h"
#include "policy/rules/setting_rows.h"

namespace policy::rules {
namespace {

using std::string_view;

// Beyond what a client may set: nothing here tells where files are, who connects, or a secret.
constexpr std::array<string_view, 22> kReadable{
    "block_size",
    "default_transaction_isolation",
    "in_hot_standby",
    "integer_datetimes",
    "is_superuser",
    "lc_collate",
    "lc_ctype",
    "lc_messages",
    "lc_monetary",
    "lc_numeric",
    "lc_time",
    "max_function_args",
    "max_identifier_length",
    "max_index_keys",
    "role",
    "row_security",
    "search_path",
    "server_encoding",
    "server_version",
    "server_version_num",
    "session_authorization",
    "transaction_read_only",
};

bool may_read(string_view name, const Profile& profile) {
  return std::ranges::find(kReadable, name) != kReadable.end() || is_settable(name, profile);
}

Violation refuse(std::string resource, std::string message) {
  return {.check = Check::Setting,
          .code = ErrorCode::AccessDenied,
          .resource = std::move(resource),
          .rule = "gucs.allowed",
          .message = std::move(message),
          .hint =
              "Settings that may be read are those that may be set, and the server's version, "
              "encoding and locale; gucs.allowed adds to them."};
}

Violation refuse_all() {
  return refuse("SHOW ALL", "settings may only be read one by one, with constant names");
}

Violation refuse_one(string_view name) {
  const string_view shown = name.substr(0, 64);
  return refuse(std::string(shown), "setting \"" + std::string(shown) + "\" may not be read");
}

void check_name(const Case& statement, string_view name, std::size_t offset, Finds& finds) {
  if (name.empty()) {
    finds.push_back({refuse_all(), offset});
  } else if (!may_read(name, statement.profile)) {
    finds.push_back({refuse_one(name), offset});
  }
}

bool reads_a_setting(const CallUse& call) {
  return std::ranges::any_of(call.candidates, [](const catalog::Function* function) {
    return function->decision == catalog::Decision::ByArgument &&
           function->name == "current_setting";
  });
}

}  // namespace

void check_settings(const Case& statement, Finds& finds) {
  for (const auto& use : statement.facts.settings_read) {
    check_name(statement, use.name, use.offset, finds);
  }
  for (const auto& use : statement.facts.relations) {
    if (!reads_named_settings(statement.access, use)) continue;
    for (const auto& name : use.chosen->values) {
      check_name(statement, ascii_lower(name), use.offset, finds);
    }
  }
  for (const auto& call : statement.facts.calls) {
    if (!reads_a_setting(call)) continue;
    const bool is_constant = !call.constants.empty() && call.constants[0].has_value();
    check_name(statement, is_constant ? ascii_lower(*call.constants[0]) : std::string(),
               call.offset, finds);
  }
}

}  // namespace policy::rules
