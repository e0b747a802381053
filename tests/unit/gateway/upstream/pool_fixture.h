// SPDX-License-Identifier: Apache-2.0
// A pool on a real PostgreSQL (one cluster for the whole binary), and a client that asks it.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "gateway/pgwire/frame.h"
#include "gateway/pgwire/writer.h"
#include "gateway/upstream/pool.h"
#include "tests/support/loop_runner.h"
#include "tests/support/postgres_cluster.h"

namespace gateway::upstream {

inline tests::PostgresCluster& cluster() {
  static const auto started = [] {
    auto result = tests::PostgresCluster::start();
    if (!result) throw std::runtime_error(result.error());
    (*result)->query("CREATE ROLE reader NOLOGIN");
    return std::move(*result);
  }();
  return *started;
}

// One acquire(): what came of it.
struct Request {
  std::uint64_t ticket = 0;
  std::unique_ptr<Server> server;
  std::optional<PoolFailure> failure;
  int calls = 0;
};

// Sends simple queries on a server and collects the reply up to ReadyForQuery.
class Script final : public net::StreamEvents {
 public:
  Script(Server& server, std::string_view sql) : server_(server) {
    std::string query;
    pgwire::write_query(query, sql);
    server.stream().set_events(this);
    server.stream().resume();
    server.stream().write(query);
  }
  ~Script() override { server_.stream().set_events(nullptr); }

  bool is_ready() const { return ready_ || ended_; }
  bool ended() const { return ended_; }
  const std::string& value() const { return value_; }        // first column of the last row
  const std::string& sqlstate() const { return sqlstate_; }  // of the last error

 private:
  void on_read(std::string_view bytes) noexcept override;
  void on_writable() noexcept override {}
  void on_end(net::StreamEnd) noexcept override { ended_ = true; }

  Server& server_;
  std::string reply_, value_, sqlstate_;
  bool ready_ = false, ended_ = false;
};

class PoolTest : public ::testing::Test {
 protected:
  static PoolSettings settings();
  void make(PoolSettings settings) { pool = make_pool(runner.loop, std::move(settings)); }
  Request& request();
  // Asks and waits: null when it failed.
  std::unique_ptr<Server> take();
  bool run_until(std::move_only_function<bool()> condition) {
    return runner.run_until(std::move(condition));
  }
  std::string ask(Server& server, std::string_view sql);
  // Asks until the answer is `value`; false: it never was. run_until() cannot be nested.
  bool comes_to_answer(Server& server, std::string_view sql, std::string_view value);
  // Resets and waits until the server is idle or closed.
  void put_back(std::unique_ptr<Server> server);
  ~PoolTest() override {
    requests.clear();
    pool.reset();
  }

  tests::LoopRunner runner;
  std::unique_ptr<Pool> pool;
  std::deque<Request> requests;  // stable addresses
};

}  // namespace gateway::upstream
