// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/verification.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "gateway/pgwire/own_comment.h"

namespace gateway::upstream {
namespace {

// What is shown (who it is, how it reads, then each pin), and the pins' values normalised.
constexpr std::size_t kShown = 0, kNormalised = 1, kRows = 2;
constexpr std::size_t kFactCount = 3;

using Rows = std::vector<std::vector<std::string>>;

// E'' reads the same whether or not standard_conforming_strings is on.
void append_literal(std::string& sql, std::string_view text) {
  sql.append("E'");
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find_first_of("'\\"), text.size());
    sql.append(text.substr(0, plain));
    if (plain == text.size()) break;
    sql.append(2, text[plain]);
    text.remove_prefix(plain + 1);
  }
  sql.append("'");
}

std::unexpected<std::string> differs(std::string_view what, std::string_view is,
                                     std::string_view pinned) {
  std::string text = "verification failed: ";
  text.append(what).append(" is \"").append(is).append("\", must be \"").append(pinned);
  return std::unexpected(text + "\"");
}

bool has_shape(const Rows& rows, std::size_t pin_count) {
  return rows.size() == kRows && rows[kShown].size() == kFactCount + pin_count &&
         rows[kNormalised].size() == pin_count;
}

void add_rows(const PGresult* result, Rows& rows) {
  for (int row = 0; row < PQntuples(result); ++row) {
    rows.emplace_back();
    for (int column = 0; column < PQnfields(result); ++column) {
      rows.back().emplace_back(PQgetvalue(result, row, column));
    }
  }
}

std::string shown_columns(const Settings& pinned) {
  std::string sql =
      "current_user, pg_catalog.current_setting('client_encoding'),"
      " pg_catalog.current_setting('standard_conforming_strings')";
  for (const auto& [name, pin] : pinned) {
    append_literal(sql.append(", pg_catalog.current_setting("), name);
    sql.append(")");
  }
  return sql;
}

// Sets a pin as long as its transaction lasts.
void append_setting(std::string& sql, std::string_view name, std::string_view pin) {
  append_literal(sql.append("pg_catalog.set_config("), name);
  append_literal(sql.append(", "), pin);
  sql.append(", true)");
}

std::string pin_columns(const Settings& pinned) {
  std::string sql;
  for (const auto& [name, pin] : pinned) {
    append_setting(sql.append(sql.empty() ? "" : ", "), name, pin);
  }
  return sql;
}

// The role is the one pin that may have been taken away from who logged in, and what a server shows
// is the same then: it is set once more.
Verified verified(std::vector<std::string> shown, const Settings& pinned) {
  Verified verified{.columns = shown_columns(pinned), .rows = {std::move(shown)}};
  if (const std::string* role = find_setting(pinned, "role")) {
    append_setting(verified.columns.append("; SELECT "), "role", *role);
    verified.rows.push_back({*role});
  }
  return verified;
}

std::expected<void, std::string> check_rows(const Rows& rows, const Settings& pinned) {
  if (!has_shape(rows, pinned.size())) {
    return std::unexpected("verification failed: the server's answer has an unexpected shape");
  }
  const auto& shown = rows[kShown];
  const std::string* role = find_setting(pinned, "role");
  const auto& [user, encoding, conforming] = std::tie(shown[0], shown[1], shown[2]);
  if (role != nullptr && *role != "none" && user != *role) return differs("role", user, *role);
  if (encoding != "UTF8") return differs("client_encoding", encoding, "UTF8");
  if (conforming != "on") return differs("standard_conforming_strings", conforming, "on");
  for (std::size_t i = 0; i < pinned.size(); ++i) {
    const std::string& is = shown[kFactCount + i];
    const std::string& must = rows[kNormalised][i];
    if (is != must) return differs(pinned[i].first, is, must);
  }
  return {};
}

}  // namespace

std::string verification_query(const Settings& pinned) {
  return std::string(pgwire::kOwnComment) + "BEGIN; SELECT " + shown_columns(pinned) + "; SELECT " +
         pin_columns(pinned) + "; ROLLBACK";
}

std::expected<Verified, std::string> check_verification(const std::vector<Result>& results,
                                                        const Settings& pinned) {
  Rows rows;
  for (const Result& result : results) {
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      std::string reason = PQresultErrorMessage(result.get());
      while (reason.ends_with('\n')) reason.pop_back();
      return std::unexpected("verification failed: " + reason);
    }
    add_rows(result.get(), rows);
  }
  if (const auto checked = check_rows(rows, pinned); !checked) {
    return std::unexpected(checked.error());
  }
  return verified(std::move(rows[kShown]), pinned);
}

}  // namespace gateway::upstream
