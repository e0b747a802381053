// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/user_lookup.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace gateway::upstream {
namespace {

using Clock = std::chrono::steady_clock;
using Error = PatientConnection::Error;
using Failure = UserLookup::Failure;

constexpr const char* kApplicationName = "postern auth_query";
constexpr std::size_t kRowsMax = 2;
constexpr std::string_view kNotInRepertoire = "22021";  // bytes that its encoding does not have
// Connection, resources, operator, system: it may be well later. 57014 is our own time limit.
constexpr std::array<std::string_view, 4> kPassingClasses = {"08", "53", "57", "58"};

// Nobody's schema comes before the system's, whatever the role or database sets (CVE-2025-12819).
Settings own_settings(const UserLookupSource& source) {
  return {{"search_path", "pg_catalog"},
          {"statement_timeout", std::to_string(source.answer_timeout.count())}};
}

UserLookup::Row row_of(const PGresult* result) {
  UserLookup::Row row;
  for (int at = 0; at < PQnfields(result); ++at) {
    if (PQgetisnull(result, 0, at) == 1) {
      row.emplace_back(std::nullopt);
    } else {
      row.emplace_back(std::string(PQgetvalue(result, 0, at),
                                   static_cast<std::size_t>(PQgetlength(result, 0, at))));
    }
  }
  return row;
}

Failure failure_of(const Error& error) {
  const std::string_view sqlstate = error.sqlstate;
  if (sqlstate == kNotInRepertoire) return {Failure::Kind::RefusedName, error.message};
  const bool passes =
      sqlstate.empty() ||
      std::ranges::find(kPassingClasses, sqlstate.substr(0, 2)) != kPassingClasses.end();
  return {passes ? Failure::Kind::Unreachable : Failure::Kind::RefusedQuery, error.message};
}

}  // namespace

UserLookup::UserLookup(UserLookupSource source)
    : source_(std::move(source)), pinned_(own_settings(source_)) {
  source_.connection.emplace_back("application_name", kApplicationName);
}

std::expected<void, Error> UserLookup::connect(const std::atomic<bool>& stopped) {
  const ConnectPatience patience{source_.connect_timeout, stopped};
  auto opened = PatientConnection::open(source_.connection, pinned_, patience);
  if (!opened) return std::unexpected(std::move(opened.error()));
  connection_.emplace(std::move(*opened));
  return {};
}

std::expected<std::vector<UserLookup::Row>, Error> UserLookup::ask(
    const std::string& user, const std::atomic<bool>& stopped) {
  const Patience patience{Clock::now() + source_.answer_timeout, stopped};
  std::vector<Row> rows;
  const auto take = [&rows](const PGresult* result) {
    if (rows.size() < kRowsMax) rows.push_back(row_of(result));
  };
  auto asked = connection_->ask_about(user, source_.query, patience, take);
  if (!asked) return std::unexpected(std::move(asked.error()));
  return rows;
}

std::expected<std::vector<UserLookup::Row>, Failure> UserLookup::look_up(
    const std::string& user, const std::atomic<bool>& stopped) {
  if (connection_) {
    auto rows = ask(user, stopped);
    if (rows) return *std::move(rows);
    if (!rows.error().sqlstate.empty() && !connection_->is_broken()) {
      return std::unexpected(failure_of(rows.error()));
    }
    // It may have been closed while nobody asked; one that did not answer in time is of no use.
    const bool was_lost = connection_->is_broken();
    connection_.reset();
    if (!was_lost) return std::unexpected(failure_of(rows.error()));
  }
  if (auto connected = connect(stopped); !connected) {
    return std::unexpected(Failure{Failure::Kind::Unreachable, connected.error().message});
  }
  auto rows = ask(user, stopped);
  if (rows) return *std::move(rows);
  if (rows.error().sqlstate.empty() || connection_->is_broken()) connection_.reset();
  return std::unexpected(failure_of(rows.error()));
}

}  // namespace gateway::upstream
