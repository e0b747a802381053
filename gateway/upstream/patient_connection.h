// SPDX-License-Identifier: Apache-2.0
// A libpq connection for a thread that may block: but every wait of it has a deadline, and ends
// when a flag is raised. For what the gateway itself asks, never for a client's statements.
#pragma once

#include <atomic>
#include <chrono>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "gateway/upstream/connection.h"

namespace gateway::upstream {

// Until when something may take. `stopped` may be raised by another thread, is looked at every
// 50 ms, and outlives the call.
struct Patience {
  std::chrono::steady_clock::time_point deadline;
  const std::atomic<bool>& stopped;
};

// How long each address of each host may take until it has let in.
struct ConnectPatience {
  std::chrono::milliseconds each;
  const std::atomic<bool>& stopped;
};

class PatientConnection {
 public:
  // SQLSTATE, empty where the server did not say it, and a sentence without passwords.
  struct Error {
    std::string sqlstate{};
    std::string message;
  };
  using OnRow = std::function<void(const PGresult*)>;  // one row

  // Names of hosts are resolved first, by the system's resolver, which this cannot interrupt.
  static std::expected<PatientConnection, Error> open(const Settings& connection,
                                                      const Settings& pinned,
                                                      const ConnectPatience& patience);

  // Runs what may be several statements. Rows come one by one: the whole answer never lies in
  // memory beside what is made of it. After a wait that ended too early the connection is broken.
  std::expected<void, Error> ask(std::string_view sql, const Patience& patience,
                                 const OnRow& on_row);
  std::expected<void, Error> run(std::string_view sql, const Patience& patience);
  // One statement, about `parameter`, which is its $1.
  std::expected<void, Error> ask_about(const std::string& parameter, const std::string& sql,
                                       const Patience& patience, const OnRow& on_row);

  // Nothing more can be asked of it: by what was learnt so far.
  bool is_broken() const { return PQstatus(connection_.get()) != CONNECTION_OK; }

 private:
  explicit PatientConnection(Connection connection) : connection_(std::move(connection)) {}
  std::expected<void, Error> flush(const Patience& patience);
  std::expected<void, Error> take_answer(const Patience& patience, const OnRow& on_row);
  std::expected<Result, Error> next_result(const Patience& patience);

  Connection connection_;
};

}  // namespace gateway::upstream
