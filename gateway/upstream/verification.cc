// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/verification.h"

namespace gateway::upstream {
namespace {

// BEGIN, facts, effective values, normalised values, ROLLBACK.
constexpr std::size_t kResults = 5;
constexpr std::size_t kFacts = 1, kEffective = 2, kNormalised = 3;

// E'' reads the same whether or not standard_conforming_strings is on.
std::string literal(std::string_view text) {
  std::string quoted = "E'";
  for (const char each : text) {
    if (each == '\'' || each == '\\') quoted += each;
    quoted += each;
  }
  return quoted + "'";
}

std::string value(const Result& result, int column) { return PQgetvalue(result.get(), 0, column); }

std::unexpected<std::string> differs(std::string_view what, std::string_view is,
                                     std::string_view pinned) {
  std::string text = "verification failed: ";
  text.append(what).append(" is \"").append(is).append("\", must be \"").append(pinned);
  return std::unexpected(text + "\"");
}

std::expected<void, std::string> check_shape(const std::vector<Result>& results,
                                             std::size_t pin_count) {
  for (const Result& result : results) {
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) continue;
    std::string reason = PQresultErrorMessage(result.get());
    while (reason.ends_with('\n')) reason.pop_back();
    return std::unexpected("verification failed: " + reason);
  }
  const auto columns = static_cast<int>(pin_count);
  if (results.size() != kResults || PQntuples(results[kFacts].get()) != 1 ||
      PQnfields(results[kFacts].get()) != 3 || PQntuples(results[kEffective].get()) != 1 ||
      PQntuples(results[kNormalised].get()) != 1 ||
      PQnfields(results[kEffective].get()) != columns ||
      PQnfields(results[kNormalised].get()) != columns) {
    return std::unexpected("verification failed: the server's answer has an unexpected shape");
  }
  return {};
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
  return "BEGIN; SELECT current_user, pg_catalog.current_setting('client_encoding'),"
         " pg_catalog.current_setting('standard_conforming_strings'); SELECT" +
         effective + "; SELECT" + normalised + "; ROLLBACK";
}

std::expected<void, std::string> check_verification(const std::vector<Result>& results,
                                                    const Settings& pinned) {
  if (const auto shape = check_shape(results, pinned.size()); !shape) return shape;
  const std::string* role = find_setting(pinned, "role");
  const std::string user = value(results[kFacts], 0);
  if (role != nullptr && *role != "none" && user != *role) return differs("role", user, *role);
  const std::string encoding = value(results[kFacts], 1);
  if (encoding != "UTF8") return differs("client_encoding", encoding, "UTF8");
  const std::string conforming = value(results[kFacts], 2);
  if (conforming != "on") return differs("standard_conforming_strings", conforming, "on");
  for (int i = 0; i < static_cast<int>(pinned.size()); ++i) {
    const std::string is = value(results[kEffective], i);
    const std::string must = value(results[kNormalised], i);
    if (is != must) return differs(pinned[static_cast<std::size_t>(i)].first, is, must);
  }
  return {};
}

}  // namespace gateway::upstream
