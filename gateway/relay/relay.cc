// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/relay.h"

#include <fmt/format.h>

#include <utility>

#include "gateway/telemetry/log.h"

namespace gateway::relay {

using telemetry::Direction;

Relay::Relay(Roster& roster, std::uint64_t id, Connection connection)
    : roster_(roster),
      id_(id),
      peer_(std::move(connection.peer)),
      session_id_(fmt::format("{:016x}", id)),
      client_(roster.surroundings().loop, connection.fd, net::Stream::Ownership::Owned),
      opened_at_(std::chrono::steady_clock::now()),
      last_active_at_(opened_at_),
      recording_(roster.surroundings().audit, roster.surroundings().metrics) {}

Relay::~Relay() {
  withdraw_request();
  release_server();
  if (key_.process_id != 0) roster_.forget_key(key_.process_id);
}

void Relay::start() {
  expect_proxy_header();
  client_.set_events(this);
  client_.resume();
}

void Relay::on_read(std::string_view bytes) noexcept {
  roster_.surroundings().metrics.bytes[Direction::FromClient] += bytes.size();
  last_active_at_ = roster_.surroundings().loop.now();
  switch (phase_) {
    case Phase::LoggingIn:
      from_client_.feed(bytes, [this](std::string_view all) { return on_first_bytes(all); });
      if (phase_ == Phase::Serving) pump();
      break;
    case Phase::Serving:
      from_client_.feed(bytes, [this](std::string_view all) { return feed_session(all); });
      balance();
      break;
    case Phase::Greeting:
      from_client_.feed(bytes, [](std::string_view) { return std::size_t{0}; });
      balance();
      break;
    case Phase::Cancelling:
    case Phase::Ending: break;  // nothing more is listened to
  }
}

// What a client sent before its end of file is still done and answered, as PostgreSQL does it.
bool Relay::on_input_end() noexcept {
  client_said_all_ = true;
  return phase_ == Phase::Serving && has_work();
}

void Relay::on_end(net::StreamEnd end_kind) noexcept {
  if (phase_ == Phase::Ending) return roster_.bury(id_);
  const bool awaits_tls = phase_ == Phase::LoggingIn && handshake_ && handshake_->awaits_tls();
  if (end_kind == net::StreamEnd::Error && awaits_tls) return end_without_tls();
  end_abandoned();
}

// What a client that vanished left running is of use to nobody.
void Relay::end_abandoned() {
  const bool is_running = phase_ == Phase::Serving && session_->has_outstanding();
  if (is_running && server_ && !server_bytes_held_) pool_->cancel(*server_, [] {});
  end(session::CloseReason::ClientClosed);
}

bool Relay::has_work() const {
  using Hold = session::Session::Hold;
  const Hold hold = session_->hold();
  return hold == Hold::Server || hold == Hold::Verdict || hold == Hold::Catalog ||
         hold == Hold::Plan || session_->will_be_answered();
}

void Relay::end_when_done() {
  if (client_said_all_ && phase_ == Phase::Serving && !has_work()) {
    end(session::CloseReason::ClientClosed);
  }
}

void Relay::pump() {
  if (phase_ != Phase::Serving) return;
  from_client_.feed({}, [this](std::string_view all) { return feed_session(all); });
  balance();
  end_when_done();
}

// One call of the session a round: what it puts out borrows from `bytes`.
std::size_t Relay::feed_session(std::string_view bytes) {
  if (phase_ != Phase::Serving) return 0;
  const std::size_t taken =
      session_->on_client_bytes(bytes, std::chrono::steady_clock::now(), output_);
  carry_out();
  if (phase_ == Phase::Serving) request_what_is_held_for();
  return taken;
}

void Relay::request_what_is_held_for() {
  using Hold = session::Session::Hold;
  switch (session_->hold()) {
    case Hold::Server: return request_server();
    case Hold::Verdict:
      if (!std::exchange(in_judging_queue_, true)) roster_.judging_queue().join(id_);
      return;
    case Hold::Catalog: return request_catalog();
    case Hold::None:
    case Hold::Plan:
    case Hold::Replies:
    case Hold::Leaving: return;
  }
}

JudgingQueue::InquiryRef Relay::inquiry() const {
  const bool waits =
      phase_ == Phase::Serving && session_->hold() == session::Session::Hold::Verdict;
  return waits ? session_->inquiry() : nullptr;
}

void Relay::on_verdict(const JudgingQueue::InquiryRef& inquiry,
                       const session::VerdictRef& verdict) {
  in_judging_queue_ = false;
  if (phase_ != Phase::Serving) return;
  session_->on_verdict(inquiry, verdict);
  pump();
}

void Relay::request_catalog() {
  if (std::exchange(awaits_catalog_, true)) return;
  database_->keeper->refresh(profiles::Reason::MissingName, [&roster = roster_, id = id_] {
    if (Relay* relay = roster.find(id)) relay->on_catalog_read();
  });
}

void Relay::on_catalog_read() {
  awaits_catalog_ = false;
  if (phase_ != Phase::Serving) return;
  session_->catalog_was_read();
  pump();
}

// Does what the session's last call asked for.
void Relay::carry_out() {
  auto& metrics = roster_.surroundings().metrics;
  if (!output_.to_client.empty()) {
    metrics.bytes[Direction::ToClient] += output_.to_client.bytes();
    client_.write(output_.to_client.pieces());
  }
  send_to_server();
  const auto close = output_.close;
  const bool cancels = output_.cancel_server;
  if (output_.catalog_changed) {
    database_->keeper->refresh(profiles::Reason::SeenChange, [] {});
  }
  output_.clear();
  if (cancels) cancel_on_server();
  if (close) end(*close);
}

// Bytes of decided statements, and all behind them, wait for the check phase; without an audit
// there is nothing to wait for.
void Relay::send_to_server() {
  if (output_.to_server.empty() || !server_) return;
  auto& metrics = roster_.surroundings().metrics;
  metrics.bytes[Direction::ToServer] += output_.to_server.bytes();
  const bool awaits_audit = output_.decided && roster_.surroundings().audit.is_enabled();
  if (!awaits_audit && !server_bytes_held_) {
    server_->stream().write(output_.to_server.pieces());
    return;
  }
  server_->stream().queue(output_.to_server.pieces());
  server_bytes_held_ = true;
  if (awaits_audit) roster_.flush_after_audit(id_);
}

void Relay::on_audit_written() {
  if (!std::exchange(server_bytes_held_, false) || !server_) return;
  server_->stream().flush();
  if (phase_ == Phase::Ending) return release_server();
  balance();
}

void Relay::on_audit_failed() {
  if (!server_bytes_held_) return;
  // The held bytes go with the server: they never leave.
  if (phase_ == Phase::Serving) {
    session_->end(session::CloseReason::AuditUnavailable,
                  "the audit log could not be written, so the statement was not run", output_);
    carry_out();
  }
  server_bytes_held_ = false;
  if (server_) pool_->discard(std::move(server_));
}

void Relay::balance() {
  if (phase_ != Phase::Serving && phase_ != Phase::Greeting) return;
  const bool server_is_full = server_ && server_->stream().queued_bytes() > kQueuedBytesMax;
  const bool is_held =
      phase_ == Phase::Greeting || session_->hold() != session::Session::Hold::None;
  // Refusals are answers of our own: a client that does not take them must not get more of them.
  const bool client_is_full = client_.queued_bytes() > kQueuedBytesMax;
  if (client_is_full || server_is_full || (is_held && from_client_.bytes() > kHeldBytesMax)) {
    client_.pause();
  } else {
    client_.resume();
  }
  if (!server_) return;
  if (client_is_full || session_holds_rows()) {
    server_->stream().pause();
  } else {
    server_->stream().resume();
  }
}

void Relay::on_tick(std::chrono::steady_clock::time_point now) {
  const Limits& limits = roster_.surroundings().limits;
  switch (phase_) {
    case Phase::LoggingIn:
      if (now - opened_at_ > limits.login_timeout) {
        refuse_login(session::CloseReason::LoginTimeout, "canceling authentication due to timeout");
      }
      break;
    case Phase::Serving:
      session_->on_tick(now, output_);
      carry_out();
      end_if_retired();
      if (phase_ != Phase::Serving) break;
      if (client_said_all_ && now - last_active_at_ > kSilenceAfterInputEndMax) {
        end_abandoned();
      } else if (limits.idle_timeout.count() > 0 && now - last_active_at_ > limits.idle_timeout &&
                 !session_->has_outstanding()) {
        session_->end(session::CloseReason::ClientIdleTimeout,
                      "terminating connection due to idle-session timeout", output_);
        carry_out();
      }
      break;
    case Phase::Ending:
      if (now - ending_since_ > kFarewellMax) roster_.bury(id_);
      break;
    case Phase::Greeting:    // bounded by the first look, then by the pool's wait_timeout
    case Phase::Cancelling:  // bounded by the pool's connect_timeout
      break;
  }
}

void Relay::on_drain() {
  if (phase_ == Phase::Serving && !session_->is_idle()) return;
  end_now();
}

void Relay::end_now() {
  if (phase_ == Phase::Serving) {
    session_->end(session::CloseReason::Drained,
                  "terminating connection due to administrator command", output_);
    carry_out();
  } else if (phase_ == Phase::LoggingIn || phase_ == Phase::Greeting) {
    refuse_login(session::CloseReason::Drained, "the gateway is shutting down");
  } else if (phase_ == Phase::Cancelling) {
    end(session::CloseReason::Drained);
  }
}

// Says no more to the session. The client takes what is queued for it; the server is released in
// the check phase, when what was decided has left.
void Relay::end(session::CloseReason reason) {
  if (phase_ == Phase::Ending) return;
  server_is_clean_ = leaves_server_clean(reason);
  record_end(reason);
  phase_ = Phase::Ending;
  seat_.reset();
  ending_since_ = std::chrono::steady_clock::now();
  withdraw_request();
  from_client_.clear();
  client_.finish();
  if (server_ && !server_bytes_held_) release_server();
  if (client_.ended()) roster_.bury(id_);
}

bool Relay::leaves_server_clean(session::CloseReason reason) const {
  using session::CloseReason;
  const bool is_orderly = reason == CloseReason::ClientTerminated ||
                          reason == CloseReason::ClientClosed ||
                          reason == CloseReason::ClientIdleTimeout;
  return is_orderly && session_ && session_->may_reuse_server() && !server_bytes_held_ &&
         from_server_.empty();
}

void Relay::record_end(session::CloseReason reason) {
  if (session_) session_->abandon(std::chrono::steady_clock::now());
  const bool had_session = phase_ == Phase::Serving || phase_ == Phase::Greeting;
  if (had_session) {
    recording_.note({.event = audit::Event::SessionEnded,
                     .status = session::name(reason),
                     .detail = session::sentence(reason)});
    roster_.surroundings().loop.wake();
  }
  if (phase_ != Phase::Cancelling) {
    roster_.surroundings().metrics.count_closed_session(static_cast<std::size_t>(reason));
    const auto lasted = std::chrono::steady_clock::now() - opened_at_;
    telemetry::log_info("session closed",
                        {{"session", session_id_},
                         {"user", told_user()},
                         {"database", database_ != nullptr ? database_->name : std::string()},
                         {"client", peer_.ip},
                         {"reason", session::name(reason)},
                         {"seconds", std::chrono::duration<double>(lasted).count()}});
  }
}

telemetry::ClientState Relay::state() const {
  using telemetry::ClientState;
  if (phase_ == Phase::Greeting) return ClientState::Waiting;
  if (phase_ != Phase::Serving) return ClientState::Login;
  if (session_->hold() == session::Session::Hold::Server) return ClientState::Waiting;
  return session_->is_idle() ? ClientState::Idle : ClientState::Active;
}

}  // namespace gateway::relay
