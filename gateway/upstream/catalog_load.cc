// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/catalog_load.h"

#include <utility>
#include <vector>

#include "policy/catalog/loader.h"
#include "policy/catalog/queries.h"

namespace gateway::upstream {
namespace {

namespace catalog = policy::catalog;
using Clock = std::chrono::steady_clock;
using Error = PatientConnection::Error;
using Rows = std::optional<catalog::Rows>;

constexpr const char* kNoPrivilege = "42501";
constexpr const char* kLockNotAvailable = "55P03";
constexpr const char* kApplicationName = "postern catalog";

Settings with_name(Settings connection) {
  if (find_setting(connection, "application_name") == nullptr) {
    connection.emplace_back("application_name", kApplicationName);
  }
  return connection;
}

std::string_view cell(const PGresult* result, int column) {
  if (PQgetisnull(result, 0, column) == 1) return {};
  return {PQgetvalue(result, 0, column), static_cast<std::size_t>(PQgetlength(result, 0, column))};
}

std::expected<void, Error> ask(PatientConnection& connection, const catalog::Query& query,
                               const Patience& patience, catalog::Loader& loader) {
  std::vector<std::string_view> cells;
  return connection.ask(query.sql, patience, [&](const PGresult* row) {
    cells.resize(static_cast<std::size_t>(PQnfields(row)));
    for (std::size_t at = 0; at < cells.size(); ++at) cells[at] = cell(row, static_cast<int>(at));
    loader.add(query.part, cells);
  });
}

// What may be missing is asked inside a savepoint: its failure ends nothing.
std::expected<void, Error> ask_optional(PatientConnection& connection, const catalog::Query& query,
                                        const Patience& patience, catalog::Loader& loader) {
  if (auto saved = connection.run("SAVEPOINT optional", patience); !saved) return saved;
  auto outcome = ask(connection, query, patience, loader);
  if (outcome || outcome.error().sqlstate != kNoPrivilege) return outcome;
  return connection.run("ROLLBACK TO SAVEPOINT optional", patience);
}

std::unexpected<std::string> cannot(const std::string& what, const Error& why) {
  return std::unexpected("cannot " + what + ": " + why.message);
}

}  // namespace

CatalogReader::CatalogReader(CatalogSource source) : source_(std::move(source)) {
  source_.connection = with_name(std::move(source_.connection));
}

std::expected<void, Error> CatalogReader::connect(const std::atomic<bool>& stopped) {
  last_.transactions.clear();
  const ConnectPatience patience{source_.connect_timeout, stopped};
  auto opened = PatientConnection::open(source_.connection, source_.pinned, patience);
  if (!opened) return std::unexpected(std::move(opened.error()));
  connection_.emplace(std::move(*opened));
  return {};
}

std::expected<Rows, std::string> CatalogReader::look(const std::atomic<bool>& stopped) {
  if (connection_) {
    auto rows = read_past_locks(stopped);
    if (rows) return *std::move(rows);
    // It may have been closed while nobody looked.
    const bool was_lost = connection_->is_broken();
    connection_.reset();
    if (!was_lost) return cannot("read the catalog", rows.error());
  }
  if (const auto connected = connect(stopped); !connected) {
    return cannot("connect", connected.error());
  }
  auto rows = read_past_locks(stopped);
  if (rows) return *std::move(rows);
  connection_.reset();
  return cannot("read the catalog", rows.error());
}

// A long ALTER TABLE somewhere must not keep everybody from being judged: what it locks out is left
// out, and read with the next look that can.
std::expected<Rows, Error> CatalogReader::read_past_locks(const std::atomic<bool>& stopped) {
  auto rows = read(Texts::All, stopped);
  if (rows || rows.error().sqlstate != kLockNotAvailable) return rows;
  const Patience patience{Clock::now() + source_.read_timeout, stopped};
  if (auto ended = connection_->run("ROLLBACK", patience); !ended) {
    return std::unexpected(ended.error());
  }
  rows = read(Texts::WithoutLocks, stopped);
  last_ = {};
  return rows;
}

std::expected<Rows, Error> CatalogReader::read(Texts texts, const std::atomic<bool>& stopped) {
  const Patience patience{Clock::now() + source_.read_timeout, stopped};
  if (auto begun = connection_->run(catalog::kBegin, patience); !begun) {
    return std::unexpected(begun.error());
  }
  if (texts == Texts::WithoutLocks) {
    if (auto set = connection_->run(catalog::kWithoutTexts, patience); !set) {
      return std::unexpected(set.error());
    }
  }
  auto rows = read_if_changed(patience);
  if (!rows) return rows;
  if (auto committed = connection_->run(catalog::kCommit, patience); !committed) {
    return std::unexpected(committed.error());
  }
  return rows;
}

std::expected<Rows, Error> CatalogReader::read_if_changed(const Patience& patience) {
  auto transactions = value_of(catalog::kTransactions, patience);
  if (!transactions) return std::unexpected(transactions.error());
  if (*transactions == last_.transactions) return Rows();
  auto fingerprint = value_of(catalog::kFingerprint, patience);
  if (!fingerprint) return std::unexpected(fingerprint.error());
  Rows rows;
  if (*fingerprint != last_.fingerprint) {
    auto read = read_rows(patience);
    if (!read) return std::unexpected(read.error());
    rows.emplace(*std::move(read));
  }
  last_ = {.transactions = *std::move(transactions), .fingerprint = *std::move(fingerprint)};
  return rows;
}

std::expected<catalog::Rows, Error> CatalogReader::read_rows(const Patience& patience) {
  catalog::Loader loader;
  for (const auto& query : catalog::queries()) {
    auto outcome = query.is_optional ? ask_optional(*connection_, query, patience, loader)
                                     : ask(*connection_, query, patience, loader);
    if (!outcome) return std::unexpected(outcome.error());
  }
  auto rows = std::move(loader).finish();
  if (!rows) return std::unexpected(Error{.message = rows.error()});
  return *std::move(rows);
}

std::expected<std::string, Error> CatalogReader::value_of(std::string_view sql,
                                                          const Patience& patience) {
  std::string value;
  auto asked = connection_->ask(sql, patience, [&](const PGresult* row) { value = cell(row, 0); });
  if (!asked) return std::unexpected(asked.error());
  if (value.empty()) return std::unexpected(Error{.message = "the server gave no value"});
  return value;
}

std::expected<catalog::Rows, std::string> load_catalog(const CatalogSource& source) {
  const std::atomic<bool> never = false;
  auto rows = CatalogReader(source).look(never);
  if (!rows) return std::unexpected(rows.error());
  return **std::move(rows);
}

}  // namespace gateway::upstream
