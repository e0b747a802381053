// SPDX-License-Identifier: Apache-2.0
// A relay's server: asked for, read, cancelled, given back.
#include <utility>

#include "gateway/relay/relay.h"

namespace gateway::relay {
namespace {

using session::CloseReason;
using telemetry::Direction;

CloseReason reason_of(upstream::PoolError error) {
  switch (error) {
    case upstream::PoolError::WaitTimeout:
    case upstream::PoolError::TooManyWaiters: return CloseReason::PoolTimeout;
    case upstream::PoolError::Unreachable: return CloseReason::ServerUnreachable;
    case upstream::PoolError::Draining: return CloseReason::Drained;
  }
  return CloseReason::ServerUnreachable;
}

std::string message_of(const upstream::PoolFailure& failure) {
  switch (failure.error) {
    case upstream::PoolError::WaitTimeout: return "no server connection became free in time";
    case upstream::PoolError::TooManyWaiters:
      return "too many clients are waiting for a server connection";
    case upstream::PoolError::Unreachable: return "the database server cannot be reached";
    case upstream::PoolError::Draining: return "the gateway is shutting down";
  }
  return "no server connection";
}

session::Refusal refusal_of(const upstream::PoolFailure& failure) {
  const CloseReason reason = reason_of(failure.error);
  const bool is_busy = reason == CloseReason::PoolTimeout;
  auto refusal = session::make_refusal(
      is_busy ? policy::ErrorCode::TooManyConnections : policy::ErrorCode::ConnectionError,
      message_of(failure), is_busy ? "Try again, or raise max_pool_size." : "Try again later.");
  refusal.sqlstate = session::sqlstate(reason);
  return refusal;
}

}  // namespace

void Relay::request_server() {
  if (ticket_) return;
  waiting_since_ = std::chrono::steady_clock::now();
  ticket_ = pool_->acquire(
      [this](std::unique_ptr<upstream::Server> server) { on_server(std::move(server)); },
      [this](const upstream::PoolFailure& failure) { on_no_server(failure); });
}

void Relay::withdraw_request() {
  if (ticket_) pool_->withdraw(*ticket_);
  ticket_.reset();
}

void Relay::on_server(std::unique_ptr<upstream::Server> server) {
  ticket_.reset();
  server_ = std::move(server);
  served_mode_ = standing().profile->mode;
  roster_.surroundings()
      .metrics.database(database_->metrics_id)
      .pool_wait.observe(std::chrono::steady_clock::now() - waiting_since_);
  from_server_.clear();
  server_->stream().set_events(&server_events_);
  if (phase_ == Phase::Greeting) greet(server_->parameters());
  if (phase_ != Phase::Serving) return;
  using Reported = session::Session::Reported;
  session_->attach(server_->parameters(), output_,
                   server_->has_waited() ? Reported::Earlier : Reported::Now);
  pump();  // which carries it out, with what waits for this server
}

void Relay::on_no_server(const upstream::PoolFailure& failure) {
  ticket_.reset();
  if (phase_ == Phase::Greeting) {
    return refuse_login(reason_of(failure.error), message_of(failure));
  }
  session_->unavailable(refusal_of(failure));
  pump();
}

void Relay::on_server_read(std::string_view bytes) {
  roster_.surroundings().metrics.bytes[Direction::FromServer] += bytes.size();
  last_active_at_ = roster_.surroundings().loop.now();
  take_server_bytes(bytes);
}

void Relay::take_server_bytes(std::string_view bytes) {
  if (phase_ != Phase::Serving) return;
  from_server_.feed(bytes, [this](std::string_view all) {
    const std::size_t taken =
        session_->on_server_bytes(all, std::chrono::steady_clock::now(), output_);
    carry_out();
    return taken;
  });
  if (phase_ != Phase::Serving) return;
  if (session_->holds_rows()) request_look_for_rows();
  using Hold = session::Session::Hold;
  const Hold hold = session_->hold();
  if (hold == Hold::Replies || hold == Hold::Leaving || hold == Hold::Plan) {
    pump();
  } else {
    balance();
  }
  if (roster_.draining() && phase_ == Phase::Serving) on_drain();
  end_if_retired();
  end_when_done();
}

// A look of its own: one that the client's next message waits for may have begun too early.
void Relay::request_look_for_rows() {
  if (std::exchange(awaits_look_for_rows_, true)) return;
  database_->keeper->refresh(profiles::Reason::MissingName, [&roster = roster_, id = id_] {
    Relay* relay = roster.find(id);
    if (relay == nullptr) return;
    relay->awaits_look_for_rows_ = false;
    if (relay->phase_ != Phase::Serving) return;
    relay->session_->look_ended();
    relay->take_server_bytes({});
  });
}

// As the session wishes.
void Relay::cancel_on_server() {
  if (!server_) return;
  pool_->cancel(*server_, [&roster = roster_, id = id_] {
    Relay* relay = roster.find(id);
    if (relay == nullptr || relay->phase_ != Phase::Serving) return;
    relay->session_->cancel_ended();
    relay->pump();
  });
}

// The server that it has is the old one, and is judged by what is known of the new one: by nothing.
void Relay::on_database_moved(const Database& database) {
  if (database_ != &database || !server_) return;
  retire({.standing = {standing().profile,
                       "a reload moved the database elsewhere: end this transaction"},
          .reason = session::CloseReason::DatabaseMoved,
          .farewell = "terminating connection because its database was moved elsewhere"});
}

// Its server lets it write, and no SET could be sure to come before what it sends next.
bool Relay::is_narrowed() const {
  using policy::Mode;
  return server_ && !retired_ && served_mode_ != Mode::ReadOnly &&
         standing().profile->mode == Mode::ReadOnly;
}

void Relay::retire(Retirement why) {
  retired_.emplace(std::move(why));
  if (phase_ == Phase::Serving) session_->judge_by(retired_->standing);
  end_if_retired();
}

void Relay::end_if_retired() {
  if (!retired_ || phase_ != Phase::Serving || !session_->is_idle()) return;
  session_->end(retired_->reason, retired_->farewell, output_);
  carry_out();
}

void Relay::on_server_end() {
  if (phase_ != Phase::Serving) return release_server();
  session_->on_server_end(output_);
  carry_out();
}

void Relay::release_server() {
  if (!server_) return;
  server_->stream().set_events(nullptr);
  if (server_is_clean_ && !server_->stream().ended()) {
    pool_->reset(std::move(server_));
  } else {
    pool_->discard(std::move(server_));
  }
}

bool Relay::is_of(std::string_view database, std::string_view user) const {
  if (!is_logged_in()) return false;
  return (database.empty() || database == database_->name) &&
         (user.empty() || user == login_->user);
}

bool Relay::cancel_running() {
  if (phase_ != Phase::Serving || session_->is_idle()) return false;
  if (!session_->has_outstanding() && session_->hold() == session::Session::Hold::None) {
    return false;
  }
  cancel([] {});
  return true;
}

void Relay::cancel(std::move_only_function<void()> done) {
  if (phase_ != Phase::Serving) return done();
  using Target = session::Session::CancelTarget;
  switch (session_->cancel()) {
    case Target::Server:
      if (!server_) return done();
      return pool_->cancel(*server_, std::move(done));
    case Target::WaitingHere: {
      withdraw_request();
      session_->unavailable(session::cancelled());
      pump();
      return done();
    }
    case Target::Later:
    case Target::Nothing: return done();
  }
}

}  // namespace gateway::relay
