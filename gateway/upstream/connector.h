// SPDX-License-Identifier: Apache-2.0
// One attempt to get a verified server: resolve, connect, authenticate, verify, hand over. As
// libpq's blocking calls do, each look-up of a name and each address gets connect_timeout, and the
// next one its turn when one is silent. Knows no pool.
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
#include "gateway/upstream/silent_places.h"

namespace gateway::upstream {

class Connector {
 public:
  using Outcome = std::expected<std::unique_ptr<ConnectedServer>, std::string>;
  using Done = std::move_only_function<void(Outcome)>;

  // `done` is called once, from the loop; it may destroy this object, which before gives up
  // silently. `settings` has its required pins; both they and `silent` outlive this object.
  Connector(net::Loop& loop, const PoolSettings& settings, SilentPlaces& silent, Done done);
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

 private:
  void resolve_next();
  void on_resolved(std::vector<std::string> addresses, const std::string& error);
  void find_places();
  void connect();
  void give_time();
  void give_time_to_a_new_place();
  void on_silence();
  void pass_over_place();
  void note_trouble(const std::string& what);
  void connect_step();
  void start_verification();
  void verification_step();
  void read_results();
  void hand_over();
  void watch(net::Interest interest, void (Connector::*step)());
  void fail(const std::string& why);
  void finish(Outcome outcome);

  net::Loop& loop_;
  const PoolSettings& settings_;
  SilentPlaces& silent_;
  Done done_;
  net::Timer deadline_;
  net::Deferred later_;
  std::vector<HostEntry> hosts_;
  std::size_t next_host_ = 0;
  std::vector<Place> places_;  // that are to be tried
  Place place_;                // the one that has its time now
  std::string trouble_;        // with hosts that were passed over
  std::unique_ptr<net::Resolution> resolution_;
  Connection connection_;
  std::unique_ptr<KeyTrace> trace_;  // ends before its connection
  std::optional<std::int32_t> key_;
  std::vector<Result> results_;
  std::unique_ptr<net::Poll> poll_;
};

}  // namespace gateway::upstream
