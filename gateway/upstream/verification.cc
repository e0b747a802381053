// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/verification.h"

#include <tuple>

#include "gateway/pgwire/own_comment.h"

namespace gateway::upstream {
namespace {

// Facts, effective values, normalised values.
constexpr std::size_t kFacts = 0, kEffective = 1, kNormalised = 2, kRows = 3;
constexpr std::size_t kFactCount = 3;

// E'' reads the same whether or not standard_conforming_strings is on.
std::string literal(std::string_view text) {
  std::string quoted = "E'";
  for (const char each : text) {
    if (each == '\'' || each == '\\') quoted += each;
    quoted += each;
  }
  return quoted + "'";
}

std::unexpected<std::string> differs(std::string_view what, std::string_view is,
                                     std::string_view pinned) {
  std::string text = "verification failed: ";
  text.append(what).append(" is \"").append(is).append("\", must be \"").append(pinned);
  return std::unexpected(text + "\"");
}

std::expected<void, std::string> check_shape(const VerificationRows& rows, std::size_t pin_count) {
  if (rows.size() == kRows && rows[kFacts].size() == kFactCount &&
      rows[kEffective].size() == pin_count && rows[kNormalised].size() == pin_count) {
    return {};
  }
  return std::unexpected("verification failed: the server's answer has an unexpected shape");
}

void add_rows(const PGresult* result, VerificationRows& rows) {
  for (int row = 0; row < PQntuples(result); ++row) {
    rows.emplace_back();
    for (int column = 0; column < PQnfields(result); ++column) {
      rows.back().emplace_back(PQgetvalue(result, row, column));
    }
  }
}

}  // namespace

std::string verification_query(const Settings& pinned) {
  std::string effective, normalised;
  for (const auto& [name, pin] : pinned) {
    const char* separator = effective.empty() ? " " : ", ";
    effective += separator + ("pg_catalog.current_setting(" + literal(name) + ")");
    normalised +=
        separator + ("pg_catalog.set_config(" + literal(name) + ", " + literal(pin) + ", true)");
  }
  return std::string(pgwire::kOwnComment) +
         "BEGIN; SELECT current_user, pg_catalog.current_setting('client_encoding'),"
         " pg_catalog.current_setting('standard_conforming_strings'); SELECT" +
         effective + "; SELECT" + normalised + "; ROLLBACK";
}

std::expected<void, std::string> check_verification(const std::vector<Result>& results,
                                                    const Settings& pinned) {
  VerificationRows rows;
  for (const Result& result : results) {
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      std::string reason = PQresultErrorMessage(result.get());
      while (reason.ends_with('\n')) reason.pop_back();
      return std::unexpected("verification failed: " + reason);
    }
    add_rows(result.get(), rows);
  }
  return check_verification(rows, pinned);
}

std::expected<void, std::string> check_verification(const VerificationRows& rows,
                                                    const Settings& pinned) {
  if (const auto shape = check_shape(rows, pinned.size()); !shape) return shape;
  const std::string* role = find_setting(pinned, "role");
  const auto& [user, encoding, conforming] =
      std::tie(rows[kFacts][0], rows[kFacts][1], rows[kFacts][2]);
  if (role != nullptr && *role != "none" && user != *role) return differs("role", user, *role);
  if (encoding != "UTF8") return differs("client_encoding", encoding, "UTF8");
  if (conforming != "on") return differs("standard_conforming_strings", conforming, "on");
  for (std::size_t i = 0; i < pinned.size(); ++i) {
    const std::string& is = rows[kEffective][i];
    const std::string& must = rows[kNormalised][i];
    if (is != must) return differs(pinned[i].first, is, must);
  }
  return {};
}

}  // namespace gateway::upstream
