// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/roster.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "gateway/config/config.h"
#include "gateway/pgwire/startup.h"
#include "gateway/pgwire/writer.h"
#include "gateway/relay/relay.h"

namespace gateway::relay {
namespace {

// Protocol 3.0 has 4 bytes; 3.2 has room for what nobody can guess. As PostgreSQL 18's.
constexpr std::size_t kCancelSecretBytes = 4;
constexpr std::size_t kLongCancelSecretBytes = 32;
// Beside the sessions: connections that log in or carry a cancel.
constexpr std::size_t kLoginsMax = 1000;

template <typename Number>
Number number_of(std::string_view bytes) {
  Number number;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

}  // namespace

upstream::Pool& Database::pool_of(const policy::Profile& profile) const {
  const bool is_read_only = keeper->current()->database().mode == config::Mode::ReadOnly;
  return is_read_only == (profile.mode == policy::Mode::ReadOnly) ? *pool : *counterpart_pool;
}

upstream::PoolCounts Database::pool_counts() const {
  upstream::PoolCounts sum = pool->counts();
  const upstream::PoolCounts more = counterpart_pool->counts();
  sum.connecting += more.connecting;
  sum.idle += more.idle;
  sum.busy += more.busy;
  sum.resetting += more.resetting;
  sum.waiting += more.waiting;
  sum.cancelling += more.cancelling;
  return sum;
}

Roster::Roster(Surroundings surroundings)
    : surroundings_(std::move(surroundings)),
      next_request_id_(number_of<std::uint64_t>(surroundings_.random_bytes(8)) | 1),
      judging_queue_(
          surroundings_.loop,
          [this](std::uint64_t id) { return find(id) ? find(id)->inquiry() : nullptr; },
          [this](std::uint64_t id, const auto& inquiry, const auto& verdict) {
            on_verdict(id, inquiry, verdict);
          }),
      audit_writer_(surroundings_.loop, surroundings_.audit, surroundings_.metrics,
                    surroundings_.limits.audit_write_timeout,
                    [this](const AuditWriter::Outcome& outcome) { on_audit(outcome); }) {
  use(std::move(surroundings_.directory));
  surroundings_.loop.on_check([this] { on_check(); });
}

Roster::~Roster() = default;

void Roster::accept(int fd, const net::Peer& peer) {
  if (relays_.size() >= surroundings_.limits.clients_max + kLoginsMax) return turn_away(fd);
  const std::uint64_t id = next_relay_id_++;
  auto relay = std::make_unique<Relay>(*this, id, Connection{fd, peer});
  Relay& started = *relay;
  relays_.emplace(id, std::move(relay));
  started.start();
}

// Told as far as the socket takes it at once: there is no room to wait for anybody.
void Roster::turn_away(int fd) {
  net::Stream stream(surroundings_.loop, fd, net::Stream::Ownership::Owned);
  std::string text;
  pgwire::write_error(text, {.severity = pgwire::Severity::Fatal,
                             .sqlstate = session::sqlstate(session::CloseReason::TooManyClients),
                             .message = "sorry, too many clients already"});
  stream.write(text);
}

void Roster::use(Limits limits, std::vector<config::Network> proxies) {
  surroundings_.limits = limits;
  surroundings_.proxies = std::move(proxies);
}

void Roster::use(UserLookups::Directory directory) {
  if (user_lookups_) return user_lookups_->use(std::move(directory));
  if (!directory.look_up) return;
  user_lookups_.emplace(
      surroundings_.loop, std::move(directory),
      [this](std::uint64_t id) { return is_logging_in(id); },
      [this](std::uint64_t id, const auth::DirectoryAnswer& answer) {
        if (Relay* relay = find(id)) relay->on_user_answer(answer);
      });
}

void Roster::tick() {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& [id, relay] : relays_) relay->on_tick(now);
  if (draining_) drain();
}

void Roster::drain() {
  draining_ = true;
  for (const auto& [id, relay] : relays_) relay->on_drain();
}

void Roster::end_all() {
  for (const auto& [id, relay] : relays_) relay->end_now();
}

void Roster::judge_anew(const Database& database) {
  for (const auto& [id, relay] : relays_) relay->on_profiles_replaced(database);
}

void Roster::retire(const Database& database) {
  for (const auto& [id, relay] : relays_) relay->on_database_moved(database);
}

std::size_t Roster::cancel(std::string_view database, std::string_view user) {
  std::size_t count = 0;
  for (const auto& [id, relay] : relays_) {
    if (relay->is_of(database, user) && relay->cancel_running()) ++count;
  }
  return count;
}

ClientCounts Roster::counts() const {
  ClientCounts counts;
  for (const auto& [id, relay] : relays_) {
    if (relay->uses_tls()) ++counts.encrypted;
    switch (relay->state()) {
      case telemetry::ClientState::Login: ++counts.login; break;
      case telemetry::ClientState::Idle: ++counts.idle; break;
      case telemetry::ClientState::Active: ++counts.active; break;
      case telemetry::ClientState::Waiting: ++counts.waiting; break;
    }
  }
  return counts;
}

Database* Roster::find_database(std::string_view name) {
  const auto found = std::ranges::find(surroundings_.databases, name, &Database::name);
  return found == surroundings_.databases.end() ? nullptr : &*found;
}

Relay* Roster::find(std::uint64_t id) {
  const auto found = relays_.find(id);
  return found == relays_.end() ? nullptr : found->second.get();
}

Relay* Roster::find_by_process_id(std::int32_t process_id) {
  const auto found = keys_.find(process_id);
  return found == keys_.end() ? nullptr : find(found->second);
}

session::CancelKey Roster::issue_key(std::uint64_t relay_id, std::uint32_t protocol) {
  std::int32_t process_id = 0;
  do {
    process_id = number_of<std::int32_t>(surroundings_.random_bytes(4)) & 0x7fffffff;
  } while (process_id == 0 || keys_.contains(process_id));
  keys_.emplace(process_id, relay_id);
  const bool is_long = protocol >= pgwire::kProtocol32;
  const std::size_t bytes = is_long ? kLongCancelSecretBytes : kCancelSecretBytes;
  return {process_id, surroundings_.random_bytes(bytes)};
}

void Roster::forget_key(std::int32_t process_id) { keys_.erase(process_id); }

void Roster::flush_after_audit(std::uint64_t relay_id) { audit_writer_.join(relay_id); }

void Roster::bury(std::uint64_t relay_id) {
  to_bury_.push_back(relay_id);
  surroundings_.loop.wake();
}

bool Roster::is_logging_in(std::uint64_t relay_id) {
  const Relay* relay = find(relay_id);
  return relay != nullptr && relay->is_logging_in();
}

PasswordChecks& Roster::password_checks() {
  if (!password_checks_) {
    password_checks_.emplace(
        surroundings_.loop, [this](std::uint64_t id) { return is_logging_in(id); },
        [this](std::uint64_t id, PasswordChecks::Outcome outcome) {
          if (Relay* relay = find(id)) relay->on_password_checked(outcome);
        });
  }
  return *password_checks_;
}

void Roster::on_verdict(std::uint64_t relay_id, const JudgingQueue::InquiryRef& inquiry,
                        const session::VerdictRef& verdict) {
  if (inquiry) surroundings_.verdicts.keep(inquiry->question(), verdict);
  if (Relay* relay = find(relay_id)) relay->on_verdict(inquiry, verdict);
}

void Roster::on_audit(const AuditWriter::Outcome& outcome) {
  audit_available_ = surroundings_.audit.healthy();
  for (const std::uint64_t id : outcome.relay_ids) {
    Relay* relay = find(id);
    if (relay == nullptr) continue;
    if (outcome.is_written) {
      relay->on_audit_written();
    } else {
      relay->on_audit_failed();
    }
  }
}

void Roster::on_check() {
  audit_writer_.on_check();
  for (const std::uint64_t id : std::exchange(to_bury_, {})) relays_.erase(id);
}

}  // namespace gateway::relay
