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
  void on_user_answer(const auth::DirectoryAnswer& answer);
  void on_password_checked(PasswordChecks::Outcome outcome);
  void on_audit_written();
  void on_audit_failed();
  void on_tick(std::chrono::steady_clock::time_point now);
  void on_drain();
  void on_profiles_replaced(const Database& database);
  void on_database_moved(const Database& database);
  void end_now();
  bool is_of(std::string_view database, std::string_view user) const;  // empty: any
  bool cancel_running();                                               // false: nothing runs
  telemetry::ClientState state() const;
  bool uses_tls() const { return client_.tls() != nullptr; }
  bool is_logging_in() const { return phase_ == Phase::LoggingIn; }
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

  // relay_proxy.cc
  void expect_proxy_header();
  std::size_t on_first_bytes(std::string_view bytes);
  std::size_t take_proxy_header(std::string_view bytes);

  // relay_login.cc
  std::size_t on_login_bytes(std::string_view bytes);
  void start_handshake();
  void start_tls(session::TlsRequest request, std::string_view already_read);
  session::Channel channel() const;
  std::string tls_text() const;
  void end_without_tls();
  void on_login(session::Login login);
  void on_cancel_request(const session::CancelKey& key);
  void on_login_failure(const session::LoginFailure& failure);
  void refuse_login(session::CloseReason reason, std::string_view message);
  void tell_refused(session::CloseReason reason, std::string_view message);
  void record_refused(session::CloseReason reason, std::string_view why);
  std::string_view told_user() const;  // who it says it is; empty: it has not said so yet
  std::string why_too_many() const;
  void refuse_denied(const policy::Violation& denial);
  void enter();
  void choose_pool();
  void greet(const upstream::Parameters& parameters);
  const policy::Standing& standing() const;

  // relay_authentication.cc
  bool answer_question(std::string& to_client);
  void tell_handshake(const auth::DirectoryAnswer& answer, std::string& to_client);
  void resume_login(std::string_view to_client);

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
  // Of a session that may not go on with its server: it may end its transaction.
  struct Retirement {
    policy::Standing standing;
    session::CloseReason reason;
    std::string_view farewell;
  };
  bool is_narrowed() const;
  void retire(Retirement why);
  void end_if_retired();
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
  net::Peer peer_;  // the client, also where a load balancer stands before it
  bool awaits_proxy_header_ = false;
  const std::string session_id_;
  net::Stream client_;
  ServerEvents server_events_{*this};
  Phase phase_ = Phase::LoggingIn;
  bool client_said_all_ = false;
  std::chrono::steady_clock::time_point opened_at_, last_active_at_, ending_since_{};

  InputBuffer from_client_, from_server_;
  std::unique_ptr<session::Handshake> handshake_;  // until it has logged in
  std::optional<session::Login> login_;
  std::string application_;  // as it called itself at login
  // Of the directory that told who it is.
  std::optional<std::uint64_t> directory_epoch_;
  Database* database_ = nullptr;
  upstream::Pool* pool_ = nullptr;  // for as long as it is logged in
  Recording recording_;
  std::optional<Attendance::Seat> seat_;      // from the login to the end
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
  bool server_bytes_held_ = false;                     // until the audit is written
  policy::Mode served_mode_ = policy::Mode::ReadOnly;  // when it got its server
  std::optional<Retirement> retired_;
  bool server_is_clean_ = false;  // at the end: provably, so it may serve another client
};

}  // namespace gateway::relay
