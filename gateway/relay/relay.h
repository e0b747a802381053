// SPDX-License-Identifier: Apache-2.0
// Joins one client's stream with one session and, from its first statement on, one server's stream.
// Moves bytes, keeps both sides from outrunning each other, asks the pool; decides nothing.
//
//   LoggingIn --Login--> Greeting --> Serving     LoggingIn --CancelRequest--> Cancelling
//   any --end--> Ending --> buried in the check phase
//   Greeting waits for the first look at the catalog, then for the server's parameters, where these
//   are not known.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/net/listener.h"
#include "gateway/net/stream.h"
#include "gateway/relay/client_admission.h"
#include "gateway/relay/input_buffer.h"
#include "gateway/relay/judging_queue.h"
#include "gateway/relay/recording.h"
#include "gateway/relay/roster.h"
#include "gateway/session/handshake.h"
#include "gateway/session/session.h"
#include "gateway/upstream/pool.h"

namespace gateway::relay {

// More than this queued for the server and the client is not read; for the client, and neither is.
inline constexpr std::size_t kQueuedBytesMax = 256 * 1024;
// A client whose session is held is read up to here, so that its going away is noticed.
inline constexpr std::size_t kHeldBytesMax = 64 * 1024;
// How long the server may say nothing to a client that has closed its sending side: it waits, or it
// has vanished, and then its server belongs to others.
inline constexpr std::chrono::seconds kSilenceAfterInputEndMax{5};
// How long a client has to take its last message.
inline constexpr std::chrono::seconds kFarewellMax{5};

struct Connection {
  int fd;
  net::Peer peer;
};

class Relay final : private net::StreamEvents {
 public:
  Relay(Roster& roster, std::uint64_t id, Connection connection);
  ~Relay() override;
  void start();

  // From the roster.
  JudgingQueue::InquiryRef inquiry() const;
  void on_verdict(const JudgingQueue::InquiryRef& inquiry, const session::VerdictRef& verdict);
  void on_audit_written();
  void on_audit_failed();
  void on_tick(std::chrono::steady_clock::time_point now);
  void on_drain();
  void on_profiles_replaced(const Database& database);
  void end_now();
  bool is_of(std::string_view database, std::string_view user) const;  // empty: any
  bool cancel_running();                                               // false: nothing runs
  telemetry::ClientState state() const;
  bool is_logged_in() const { return phase_ == Phase::Greeting || phase_ == Phase::Serving; }

 private:
  enum class Phase : std::uint8_t { LoggingIn, Cancelling, Greeting, Serving, Ending };

  // The server's stream, so that its events have names of their own.
  class ServerEvents final : public net::StreamEvents {
   public:
    explicit ServerEvents(Relay& relay) : relay_(relay) {}
    void on_read(std::string_view bytes) noexcept override { relay_.on_server_read(bytes); }
    void on_writable() noexcept override { relay_.balance(); }
    void on_end(net::StreamEnd) noexcept override { relay_.on_server_end(); }

   private:
    Relay& relay_;
  };

  // net::StreamEvents of the client
  void on_read(std::string_view bytes) noexcept override;
  void on_writable() noexcept override { balance(); }
  void on_end(net::StreamEnd end_kind) noexcept override;
  bool on_input_end() noexcept override;
  bool has_work() const;
  bool session_holds_rows() const { return phase_ == Phase::Serving && session_->holds_rows(); }
  void end_when_done();
  void end_abandoned();

  // relay_login.cc
  std::size_t on_login_bytes(std::string_view bytes);
  void on_login(session::Login login);
  void on_cancel_request(const session::CancelKey& key);
  void on_login_failure(const session::LoginFailure& failure);
  void refuse_login(session::CloseReason reason, std::string_view message);
  void refuse_denied(const policy::Violation& denial);
  void enter();
  void choose_pool();
  void greet(const upstream::Parameters& parameters);
  const policy::Standing& standing() const;

  // relay_server.cc
  void request_what_is_held_for();
  void request_catalog();
  void on_catalog_read();
  void request_server();
  void withdraw_request();
  void on_server(std::unique_ptr<upstream::Server> server);
  void on_no_server(const upstream::PoolFailure& failure);
  void on_server_read(std::string_view bytes);
  void take_server_bytes(std::string_view bytes);
  void request_look_for_rows();
  void cancel_on_server();
  void on_server_end();
  void release_server();
  void cancel(std::move_only_function<void()> done);

  void pump();  // gives the session what the client has sent
  std::size_t feed_session(std::string_view bytes);
  void carry_out();
  void send_to_server();
  void balance();  // reading of both sides, by what is queued for the other
  void end(session::CloseReason reason);
  bool leaves_server_clean(session::CloseReason reason) const;
  void record_end(session::CloseReason reason);

  Roster& roster_;
  const std::uint64_t id_;
  const net::Peer peer_;
  const std::string session_id_;
  net::Stream client_;
  ServerEvents server_events_{*this};
  Phase phase_ = Phase::LoggingIn;
  bool client_said_all_ = false;
  std::chrono::steady_clock::time_point opened_at_, last_active_at_, ending_since_{};

  InputBuffer from_client_, from_server_;
  std::optional<session::Handshake> handshake_;
  std::optional<session::Login> login_;
  std::string application_;  // as it called itself at login
  Database* database_ = nullptr;
  upstream::Pool* pool_ = nullptr;  // for as long as it is logged in
  Recording recording_;
  std::optional<ClientAdmission> admission_;  // from the login on
  session::CancelKey key_;
  std::optional<session::Session> session_;
  session::Output output_;

  bool in_judging_queue_ = false;
  bool awaits_catalog_ = false;
  bool awaits_look_for_rows_ = false;
  std::optional<std::uint64_t> ticket_;  // for a server
  std::chrono::steady_clock::time_point waiting_since_{};
  std::unique_ptr<upstream::Server> server_;
  bool server_bytes_held_ = false;  // until the audit is written
  bool server_is_clean_ = false;    // at the end: provably, so it may serve another client
};

}  // namespace gateway::relay
