// SPDX-License-Identifier: Apache-2.0
// Reads a database's catalogs over a connection of its own, beside the pool's. Blocks: for command
// lines and threads, never on a loop.
#pragma once

#include <atomic>
#include <chrono>
#include <expected>
#include <optional>
#include <string>

#include "gateway/upstream/patient_connection.h"
#include "gateway/upstream/startup_options.h"
#include "policy/catalog/snapshot.h"

namespace gateway::upstream {

struct CatalogSource {
  Settings connection;  // as PoolSettings has them
  Settings pinned;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds read_timeout{60'000};  // of one look, without connecting
};

// Keeps its connection between looks. One thread at a time.
class CatalogReader {
 public:
  explicit CatalogReader(CatalogSource source);

  // The rows, all of one moment after the call began; nothing where no catalog changed since the
  // last look that gave some. Asks little then: the server's snapshot of transactions, and only if
  // there were any since, a fingerprint of the catalogs (policy/catalog/queries.h). A connection
  // that was lost is made anew. Raising `stopped` makes it fail within 50 ms, except while a host's
  // name is looked up. The error is one sentence, without passwords.
  std::expected<std::optional<policy::catalog::Rows>, std::string> look(
      const std::atomic<bool>& stopped);

 private:
  using Error = PatientConnection::Error;
  // What a look saw of the server's state.
  struct Mark {
    std::string transactions;  // pg_current_snapshot(); means nothing on another connection
    std::string fingerprint;
  };

  std::expected<void, Error> connect(const std::atomic<bool>& stopped);
  enum class Texts : std::uint8_t { All, WithoutLocks };
  std::expected<std::optional<policy::catalog::Rows>, Error> read(Texts texts,
                                                                  const std::atomic<bool>& stopped);
  std::expected<std::optional<policy::catalog::Rows>, Error> read_past_locks(
      const std::atomic<bool>& stopped);
  std::expected<std::optional<policy::catalog::Rows>, Error> read_if_changed(
      const Patience& patience);
  std::expected<policy::catalog::Rows, Error> read_rows(const Patience& patience);
  std::expected<std::string, Error> value_of(std::string_view sql, const Patience& patience);

  CatalogSource source_;
  std::optional<PatientConnection> connection_;
  Mark last_;
};

// One look. The error is one sentence, without passwords.
std::expected<policy::catalog::Rows, std::string> load_catalog(const CatalogSource& source);

}  // namespace gateway::upstream
