// SPDX-License-Identifier: Apache-2.0
// One attempt to get a verified server: resolve, connect, authenticate, verify, hand over, under
// one deadline (connect_timeout). Knows no pool.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "gateway/net/deferred.h"
#include "gateway/net/loop.h"
#include "gateway/net/poll.h"
#include "gateway/upstream/connected_server.h"
#include "gateway/upstream/host_list.h"
#include "gateway/upstream/pool.h"

namespace gateway::upstream {

class Connector {
 public:
  using Outcome = std::expected<std::unique_ptr<ConnectedServer>, std::string>;
  using Done = std::move_only_function<void(Outcome)>;

  // `done` is called once, from the loop; it may destroy this object, which before gives up
  // silently. `settings` has its required pins and outlives this object.
  Connector(net::Loop& loop, const PoolSettings& settings, Done done);
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

 private:
  void resolve_next();
  void on_resolved(std::vector<std::string> addresses, const std::string& error);
  void connect();
  void connect_step();
  void start_verification();
  void verification_step();
  void read_results();
  void hand_over();
  void watch(net::Interest interest, void (Connector::*step)());
  void fail(std::string why);
  void finish(Outcome outcome);

  net::Loop& loop_;
  const PoolSettings& settings_;
  Done done_;
  net::Timer deadline_;
  net::Deferred later_;
  std::vector<HostEntry> hosts_;
  std::size_t next_host_ = 0;
  std::string resolution_error_;
  std::unique_ptr<net::Resolution> resolution_;
  Connection connection_;
  std::unique_ptr<KeyTrace> trace_;  // ends before its connection
  std::optional<std::int32_t> key_;
  std::vector<Result> results_;
  std::unique_ptr<net::Poll> poll_;
};

}  // namespace gateway::upstream
