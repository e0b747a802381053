// SPDX-License-Identifier: Apache-2.0
// What the server was asked, and its answers as plain rows: all that the checks know of it beside
// the catalog snapshot. The questions are about current_user and session_user, so that they see
// what the pool's connections see. PostgreSQL 14 to 18.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gateway::doctor {

using Row = std::vector<std::string>;  // NULL is an empty text, true is "t"
using Rows = std::vector<Row>;

enum class Topic : std::uint8_t {
  Session,
  Roles,
  Memberships,
  Owned,
  Relations,
  Routines,
  Schemas,
  Database,
  SystemRelations,
  DefaultPrivileges,
  RowSecurity,
  Extensions,
  Languages,
  ForeignServers,
  UserMappings,
  LargeObjects,
  Settings,
  RoleSettings,
};
constexpr std::size_t kTopics = static_cast<std::size_t>(Topic::RoleSettings) + 1;

struct Question {
  Topic topic;
  std::string_view sql;
};

std::span<const Question> questions();

class Survey {
 public:
  void put(Topic topic, Rows rows) { answers_[static_cast<std::size_t>(topic)] = std::move(rows); }
  const Rows& of(Topic topic) const { return answers_[static_cast<std::size_t>(topic)]; }

 private:
  std::array<Rows, kTopics> answers_;
};

// Of Topic::Session.
struct SessionFacts {
  std::string role{};  // the one that privileges are checked for
  std::string database{};
  std::int64_t version = 0;  // server_version_num
  std::string encoding{};    // the server's
};

// Nothing: there is no such row.
std::optional<SessionFacts> session_facts(const Survey& survey);

bool is_true(const std::string& cell);
std::int64_t number_of(const std::string& cell);             // 0 where it is none
std::vector<std::string> words_of(const std::string& cell);  // at spaces

}  // namespace gateway::doctor
