// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/plain_rows.h"

#include <utility>

namespace gateway::upstream {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kApplicationName = "postern tool";
const std::atomic<bool> kNeverStopped = false;

PlainRow read_row(const PGresult* result) {
  PlainRow row;
  for (int column = 0; column < PQnfields(result); ++column) {
    row.emplace_back(PQgetvalue(result, 0, column),
                     static_cast<std::size_t>(PQgetlength(result, 0, column)));
  }
  return row;
}

}  // namespace

Settings with_own_search_path(Settings pinned) {
  std::erase_if(pinned, [](const auto& setting) { return setting.first == "search_path"; });
  pinned.emplace_back("search_path", "pg_catalog");
  return pinned;
}

std::expected<PlainConnection, std::string> PlainConnection::open(const Target& target) {
  Settings connection = target.connection;
  if (find_setting(connection, "application_name") == nullptr) {
    connection.emplace_back("application_name", kApplicationName);
  }
  const ConnectPatience patience{target.connect_timeout, kNeverStopped};
  auto opened = PatientConnection::open(connection, target.pinned, patience);
  if (!opened) return std::unexpected("cannot connect: " + opened.error().message);
  return PlainConnection(std::move(*opened), target.answer_timeout);
}

std::expected<PlainRows, PatientConnection::Error> PlainConnection::ask(std::string_view sql) {
  PlainRows rows;
  const Patience patience{Clock::now() + answer_timeout_, kNeverStopped};
  const auto asked = connection_.ask(
      sql, patience, [&](const PGresult* result) { rows.push_back(read_row(result)); });
  if (!asked) return std::unexpected(asked.error());
  return rows;
}

}  // namespace gateway::upstream
