// SPDX-License-Identifier: Apache-2.0
// One random conversation: a client, a session, and a model server behind it; bytes travel in
// random pieces, both ways at once. The same client bytes then go to a model server that refuses by
// itself: both clients must have seen the same.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "gateway/session/session.h"
#include "tests/support/model_server.h"
#include "tests/unit/gateway/session/ledger.h"

namespace gateway::session {

class ModelRun {
 public:
  struct Surroundings {
    policy::VerdictCache& verdicts;
    PlanCache& plans;
    std::shared_ptr<const policy::Profile> profile;
    std::uint64_t& next_request_id;
  };
  ModelRun(Surroundings surroundings, std::uint32_t seed, model::ServerOptions options);

  // What went wrong, or nothing.
  std::string play();
  const Ledger& ledger() const { return ledger_; }
  const std::string& client_bytes() const { return said_; }

 private:
  enum class ClientCopy : std::uint8_t { None, Awaited, Asked };

  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool one_in(std::size_t count) { return below(count) == 0; }

  void say(std::string_view bytes);
  void say_something();
  void say_copy();
  void say_probes();
  std::string name();
  std::string statement();
  std::string sql();

  void step();
  void drain();
  bool move();  // whatever can move, does; false: nothing could
  void give_session(std::size_t count);
  void give_server_bytes(std::size_t count);
  void attach();
  void carry_out();
  void interrupt();
  void check_rest();
  void compare();

  std::minstd_rand random_;
  Ledger ledger_;
  model::Server server_;
  Session session_;
  Output out_;

  std::string said_;     // all that the client sent
  std::string to_gate_;  // … and that has not arrived yet
  std::string held_;     // … that has, and that the session did not take
  std::string from_server_, unmatched_;
  std::string seen_;  // by the client
  std::size_t seen_at_ = 0;
  char seen_status_ = 'I';
  int serial_ = 0;
  bool says_copy_ = false;
  ClientCopy copy_ = ClientCopy::None;
};

}  // namespace gateway::session
