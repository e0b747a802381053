// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/connection.h"

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace gateway::upstream {
namespace {

constexpr const char* kReported[] = {"server_version",
                                     "server_encoding",
                                     "client_encoding",
                                     "application_name",
                                     "default_transaction_read_only",
                                     "in_hot_standby",
                                     "is_superuser",
                                     "session_authorization",
                                     "DateStyle",
                                     "IntervalStyle",
                                     "TimeZone",
                                     "integer_datetimes",
                                     "standard_conforming_strings",
                                     "scram_iterations" /* 16 */,
                                     "search_path" /* 18 */};

void set(Settings& settings, std::string_view name, std::string value) {
  std::erase_if(settings, [&](const auto& pair) { return pair.first == name; });
  settings.emplace_back(name, std::move(value));
}

// The caller's own options come first: the pins win. Never empty, as libpq would take PGOPTIONS.
std::string all_options(const Settings& connection, const Settings& pinned) {
  const std::string* own = find_setting(connection, "options");
  return (own == nullptr ? "" : *own) + " " + startup_options(pinned);
}

}  // namespace

Connection start_connection(Settings connection, const Settings& pinned) {
  set(connection, "options", all_options(connection, pinned));
  set(connection, "client_encoding", "UTF8");
  set(connection, "gssencmode", "disable");
  std::vector<const char*> keywords, values;
  for (const auto& [name, value] : connection) {
    keywords.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  return Connection(PQconnectStartParams(keywords.data(), values.data(), /*expand_dbname=*/0));
}

Place place_of(const PGconn* connection) {
  const char* address = PQhostaddr(connection);
  return {.host = PQhost(connection),
          .port = PQport(connection),
          .address = address == nullptr ? "" : address};
}

std::string error_text(const PGconn* connection) {
  std::string text = PQerrorMessage(connection);
  while (text.ends_with('\n')) text.pop_back();
  for (char& each : text) {
    if (each == '\n') each = ' ';
  }
  return text.empty() ? "connection failed" : text;
}

Parameters reported_parameters(const PGconn* connection) {
  Parameters parameters;
  for (const char* name : kReported) {
    const char* value = PQparameterStatus(connection, name);
    if (value != nullptr) parameters.emplace(name, value);
  }
  return parameters;
}

KeyTrace::KeyTrace(PGconn* connection)
    : connection_(connection), file_(::open_memstream(&text_, &length_)) {
  if (file_ != nullptr) PQtrace(connection_, file_);
}

KeyTrace::~KeyTrace() { end(); }

void KeyTrace::end() {
  if (file_ == nullptr) return;
  PQuntrace(connection_);
  std::fclose(file_);
  file_ = nullptr;
  ::explicit_bzero(text_, length_);
  std::free(text_);
}

std::optional<std::int32_t> KeyTrace::take() {
  if (file_ == nullptr) return std::nullopt;
  std::fflush(file_);
  const auto key = find_key({text_, length_}, PQbackendPID(connection_));
  end();
  return key;
}

// A line: time TAB B TAB length TAB BackendKeyData TAB SPACE process SPACE key
std::optional<std::int32_t> find_key(std::string_view trace, std::int32_t process_id) {
  const std::string start = "BackendKeyData\t " + std::to_string(process_id) + " ";
  const std::size_t at = trace.rfind(start);
  if (process_id == 0 || at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = trace.substr(at + start.size());
  std::int32_t key = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), key);
  if (error != std::errc() || end == rest.data() + rest.size() || *end != '\n') {
    return std::nullopt;
  }
  return key;
}

}  // namespace gateway::upstream
