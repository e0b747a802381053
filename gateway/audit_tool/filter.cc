// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit_tool/filter.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "gateway/audit/chain_line.h"
#include "gateway/audit/record_format.h"

namespace gateway::audit_tool {
namespace {

using audit::Event;
using nlohmann::json;

// Decisions without an end, as a gateway that was killed leaves them, are forgotten beyond this.
constexpr std::size_t kOpenMax = 100'000;

char lower(char letter) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

bool contains_text(std::string_view text, std::string_view part) {
  const auto same = [](char left, char right) { return lower(left) == lower(right); };
  return !std::ranges::search(text, part, same).empty() || part.empty();
}

std::string_view text_at(const json& object, std::initializer_list<const char*> path) {
  const json* value = &object;
  for (const char* name : path) {
    const auto found = value->is_object() ? value->find(name) : value->end();
    if (!value->is_object() || found == value->end()) return {};
    value = &*found;
  }
  return value->is_string() ? std::string_view(value->get_ref<const std::string&>())
                            : std::string_view();
}

bool is_wanted(std::string_view wanted, std::string_view value) {
  return wanted.empty() || wanted == value;
}

bool names_table(const json& record, std::string_view table) {
  if (table.empty()) return true;
  const auto objects = record.find("objects");
  if (objects == record.end() || !objects->is_array()) return false;
  return std::ranges::any_of(*objects, [table](const json& object) {
    const std::string_view name = text_at(object, {"relation"});
    return name == table ||
           std::string(text_at(object, {"schema"})) + '.' + std::string(name) == table;
  });
}

bool has_code(const json& record, std::string_view code) {
  return code.empty() || text_at(record, {"result", "error_code"}) == code ||
         text_at(record, {"result", "sqlstate"}) == code ||
         text_at(record, {"result", "status"}) == code;
}

// A beginning of a time stands for all of it: until "2026-11-21" has that day.
bool is_within(const Filter& filter, std::string_view time) {
  return (filter.since.empty() || time >= filter.since) &&
         (filter.until.empty() || time.substr(0, filter.until.size()) <= filter.until);
}

bool is_end(std::string_view event) {
  return event == audit::name(Event::QueryExecuted) || event == audit::name(Event::QueryFailed);
}

// What an end does not say itself.
bool is_about(const Filter& filter, const json& record) {
  return is_wanted(filter.user, text_at(record, {"principal", "user"})) &&
         is_wanted(filter.database, text_at(record, {"database"})) &&
         names_table(record, filter.table) &&
         contains_text(text_at(record, {"query", "sql"}), filter.text);
}

std::string key_of(const json& record) {
  return std::string(text_at(record, {"session_id"})) + ' ' +
         std::string(text_at(record, {"request_id"}));
}

}  // namespace

std::expected<void, std::string> check_time(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00.000000Z";
  const bool is_time =
      text.size() >= 4 && text.size() <= kForm.size() &&
      std::ranges::equal(text, kForm.substr(0, text.size()), [](char letter, char form) {
        return form == '0' ? std::isdigit(static_cast<unsigned char>(letter)) != 0 : letter == form;
      });
  if (is_time) return {};
  return std::unexpected("must be a time in UTC as 2026-11-21T08:00, or as much of it");
}

Match Search::match(std::string_view line) {
  const json record = json::parse(line, nullptr, false);
  if (!record.is_object()) return Match::NotARecord;
  const std::string_view event = text_at(record, {"event_type"});
  if (event == audit::kHeaderEvent || event == audit::kSealEvent) return Match::No;
  bool matches = false;
  if (is_end(event)) {
    matches = open_.erase(key_of(record)) > 0;
  } else {
    matches = is_about(filter_, record);
    if (matches && event == audit::name(Event::QueryAllowed) && open_.size() < kOpenMax) {
      open_.insert(key_of(record));
    }
  }
  const bool is_printed = matches && is_wanted(filter_.event, event) &&
                          has_code(record, filter_.code) &&
                          is_within(filter_, text_at(record, {"timestamp"}));
  return is_printed ? Match::Yes : Match::No;
}

}  // namespace gateway::audit_tool
