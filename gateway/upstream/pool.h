// SPDX-License-Identifier: Apache-2.0
// Server connections of one (database, role), kept between sessions. Knows libpq and net; knows
// neither clients nor policy. All on one loop.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/upstream/server.h"
#include "gateway/upstream/startup_options.h"

namespace gateway::net {
class Loop;
}

namespace gateway::upstream {

struct PoolSettings {
  std::string name;  // for logs and metrics: the database's configured name
  // libpq connection parameters: host, port, dbname, user, password, sslmode, sslrootcert, …
  std::vector<std::pair<std::string, std::string>> connection;
  // Pinned by the start-up packet's `options`, so that RESET and DISCARD ALL return to them:
  // role, search_path, default_transaction_read_only, statement_timeout, …
  std::vector<std::pair<std::string, std::string>> pinned;
  std::size_t min_size = 0;
  std::size_t max_size = 10;
  std::chrono::milliseconds wait_timeout{10'000};
  std::chrono::milliseconds idle_timeout{600'000};
  std::chrono::milliseconds lifetime{3'600'000};     // with up to 10% jitter
  std::chrono::milliseconds connect_timeout{5'000};  // each address of each host
  std::size_t waiters_max = 10'000;
};

enum class PoolError : std::uint8_t {
  WaitTimeout,     // every connection was busy for wait_timeout -> 53300
  TooManyWaiters,  // -> 53300
  Unreachable,     // no connection could be made; detail says why, without passwords -> 08006
  Draining,        // shutting down -> 57P01
};

struct PoolFailure {
  PoolError error;
  std::string detail;
};

struct PoolCounts {
  std::size_t connecting = 0, idle = 0, busy = 0, resetting = 0, waiting = 0, cancelling = 0;
};

class Pool {
 public:
  virtual ~Pool() = default;

  // Waiters are served in order (FIFO): an idle server, else a new connection while under max_size,
  // else the next one released. Exactly one of the callbacks is called, never from inside
  // acquire(); neither after withdraw().
  using Ready = std::move_only_function<void(std::unique_ptr<Server>)>;
  using Failed = std::move_only_function<void(PoolFailure)>;
  virtual std::uint64_t acquire(Ready ready, Failed failed) = 0;  // a ticket
  virtual void withdraw(std::uint64_t ticket) = 0;

  // Gives a server back. Only one whose last ReadyForQuery said 'I' with nothing outstanding may be
  // `reset` (DISCARD ALL, its reply checked, parameters compared with the pinned ones, then idle);
  // anything in doubt is `discard`ed. A server with a cancel under way is held back until it ended.
  virtual void reset(std::unique_ptr<Server> server) = 0;
  virtual void discard(std::unique_ptr<Server> server) = 0;

  // Asks PostgreSQL to cancel what `server` runs, over a connection of its own with a deadline
  // (connect_timeout). At most one per server is under way; more are dropped. The server must
  // belong to this pool and may be released meanwhile: it is then not reused before the cancel's
  // socket has seen EOF. `done` is called on the loop when the cancel connection saw EOF, failed or
  // timed out, or at once in the next iteration when it was dropped: the client's own cancel
  // connection is closed only then, as PostgreSQL does, so that a client which waits for it can
  // send its next statement safely.
  virtual void cancel(const Server& server, std::move_only_function<void()> done) = 0;

  // From now on servers are connected and kept like this; those who wait keep their deadlines. None
  // that was connected or pinned otherwise is given to anybody again: idle ones are closed now,
  // busy ones when they come back. So are those above max_size.
  virtual void use(PoolSettings settings) = 0;

  // ParameterStatus of the connection that was made or reset last; null until there was one with
  // the connection parameters and pins of now.
  virtual const Parameters* known_parameters() const = 0;
  virtual int known_version_major() const = 0;

  virtual PoolCounts counts() const = 0;
  // The last attempt to connect succeeded, and where to has not changed since.
  virtual bool reachable() const = 0;
  // Why that failed; or, where it succeeded, which hosts were passed over for that one.
  virtual const std::string& last_error() const = 0;

  virtual void drain() = 0;  // closes idle servers, refuses new waiters, resets nothing
};

std::unique_ptr<Pool> make_pool(net::Loop& loop, PoolSettings settings);

}  // namespace gateway::upstream
