// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "gateway/config/check.h"
#include "gateway/config/text.h"

namespace gateway::config {
namespace {

// Settings that decide how a statement is read or as whom it runs: no list may hand them to
// clients.
constexpr std::array<std::string_view, 9> kNeverAllowedGucs{"role",
                                                            "session_authorization",
                                                            "search_path",
                                                            "default_transaction_read_only",
                                                            "transaction_read_only",
                                                            "client_encoding",
                                                            "standard_conforming_strings",
                                                            "backslash_quote",
                                                            "session_replication_role"};

constexpr std::string_view kGucCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_.";

struct Subject {
  Findings& findings;
  const Database& database;
  std::string path;  // "databases[0]"

  std::string at(std::string_view key) const { return fmt::format("{}.{}", path, key); }
  void error(std::string_view key, std::string message) const {
    findings.error(at(key), std::move(message));
  }
  void warning(std::string_view key, std::string message) const {
    findings.warning(at(key), std::move(message));
  }
};

void check_server(const Subject& s) {
  const Database& db = s.database;
  if (db.user.empty()) s.error("user", "is needed: the role that Postern connects as");
  for (const std::string& host : db.host) {
    if (host.empty() || host.contains(',')) {
      s.error("host", "a host must not be empty or hold a ','; write several as a list");
    }
  }
  if (db.host.empty()) s.error("host", "the list is empty");
  if (db.port.size() != 1 && db.port.size() != db.host.size()) {
    s.error("port", fmt::format("must be one port, or one for each of the {} hosts, has {}",
                                db.host.size(), db.port.size()));
  }
  if (db.ssl_cert.empty() != db.ssl_key.empty()) {
    s.error(db.ssl_cert.empty() ? "ssl_key" : "ssl_cert", "ssl_cert and ssl_key go together");
  }
  check_literal(s.findings, s.at("password"));
}

void check_pool(const Subject& s) {
  const Database& db = s.database;
  if (!s.findings.given(s.at("pool_mode"))) {
    s.error("pool_mode", "is needed and has no default yet; write pool_mode: session");
  }
  if (db.min_pool_size > db.max_pool_size) {
    s.error(s.findings.given(s.at("min_pool_size")) ? "min_pool_size" : "max_pool_size",
            fmt::format("min_pool_size is {}, more than max_pool_size, which is {}",
                        db.min_pool_size, db.max_pool_size));
  }
}

void check_gucs(const Subject& s) {
  const auto& gucs = s.database.allowed_gucs;
  for (std::size_t i = 0; i < gucs.size(); ++i) {
    const std::string key = fmt::format("gucs.allowed[{}]", i);
    if (gucs[i].empty() || gucs[i].find_first_not_of(kGucCharacters) != std::string::npos) {
      s.error(key, fmt::format("'{}' is no name of a setting", printable(gucs[i])));
    }
    if (std::ranges::find(kNeverAllowedGucs, gucs[i]) != kNeverAllowedGucs.end()) {
      s.error(key, fmt::format("'{}' can never be left to clients", gucs[i]));
    }
  }
}

void check_pinned(const Subject& s) {
  const Database& db = s.database;
  const bool is_writable = db.mode != Mode::ReadOnly;
  if (is_writable && !s.findings.config().audit.enabled) {
    s.warning("mode", "clients may write here while audit.enabled is false: nothing is recorded");
  }
  if (!is_writable && db.readonly_role.empty()) {
    s.warning("readonly_role",
              "is not given: without a role that can only read, read_only rests on Postern alone");
  }
  if (lower(db.readonly_role) == "none") {
    s.error("readonly_role", "'none' means no role to PostgreSQL");
  }
  if (db.readonly_role.size() > kNameBytesMax) {
    s.error("readonly_role", fmt::format("is longer than {} bytes", kNameBytesMax));
  }
  for (const std::string& schema : db.safe_search_path) {
    if (schema.empty() || schema.size() > kNameBytesMax) {
      s.error("safe_search_path", fmt::format("a schema's name must have 1 to {} bytes; for no "
                                              "schema at all write []",
                                              kNameBytesMax));
    }
  }
}

void check_limits(const Subject& s) {
  const Database& db = s.database;
  const bool has_readers = db.mode == Mode::ReadOnly ||
                           std::ranges::any_of(db.principals, [](const Principal& principal) {
                             return principal.mode == Mode::ReadOnly;
                           });
  if (has_readers) return;
  const auto check = [&s](const char* key, std::size_t most) {
    if (most == 0) return;
    s.error(key, "limits what read_only principals get, and there are none here: remove it");
  };
  check("limits.max_result_rows", db.limits.max_result_rows);
  check("limits.max_result_bytes", db.limits.max_result_bytes);
}

}  // namespace

void check_databases(Findings& findings) {
  const auto& databases = findings.config().databases;
  if (databases.empty()) findings.error("databases", "there are no databases to connect to");
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < databases.size(); ++i) {
    const Subject subject{findings, databases[i], fmt::format("databases[{}]", i)};
    check_name(findings, subject.at("name"), databases[i].name, "database");
    const auto [same, is_new] = first.emplace(databases[i].name, i);
    if (!is_new && !databases[i].name.empty()) {
      subject.error("name", fmt::format("'{}' is the name of databases[{}] already",
                                        printable(databases[i].name), same->second));
    }
    check_server(subject);
    check_pool(subject);
    check_gucs(subject);
    check_pinned(subject);
    check_limits(subject);
  }
}

}  // namespace gateway::config
