// SPDX-License-Identifier: Apache-2.0
// The relays of one loop: what they share, who they are, and the check phase that makes "no
// statement leaves before its decision is written" true: the audit batch first, then the bytes that
// waited for it, then the burial of relays that asked for it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/admin/denials.h"
#include "gateway/audit/log.h"
#include "gateway/auth/users.h"
#include "gateway/config/network.h"
#include "gateway/net/listener.h"
#include "gateway/net/loop.h"
#include "gateway/profiles/keeper.h"
#include "gateway/relay/accounts.h"
#include "gateway/relay/attendance.h"
#include "gateway/relay/audit_writer.h"
#include "gateway/relay/client_admission.h"
#include "gateway/relay/client_tls.h"
#include "gateway/relay/judging_queue.h"
#include "gateway/relay/password_checks.h"
#include "gateway/relay/user_lookups.h"
#include "gateway/session/session.h"
#include "gateway/telemetry/metrics.h"
#include "gateway/upstream/pool.h"
#include "policy/cache.h"

namespace gateway::relay {

class Relay;

// One configured database as a relay sees it.
struct Database {
  std::string name;
  std::size_t metrics_id = 0;
  std::unique_ptr<profiles::Keeper> keeper;  // never null
  std::unique_ptr<upstream::Pool> pool;
  // For principals that may write where the database's own may not, or the reverse: of servers that
  // are pinned so. Empty until one comes.
  std::unique_ptr<upstream::Pool> counterpart_pool;
  upstream::Pool& pool_of(const policy::Profile& profile) const;
  upstream::PoolCounts pool_counts() const;  // of both
};

struct Limits {
  std::size_t clients_max = 1000;
  std::size_t statement_bytes_max = 1 << 20;
  std::chrono::milliseconds login_timeout{15'000};
  std::chrono::milliseconds idle_timeout{0};         // 0: none
  std::chrono::milliseconds audit_write_timeout{0};  // AuditWriter's
};

// What every relay of a loop uses; outlives them.
struct Surroundings {
  net::Loop& loop;
  const auth::Users& users;
  audit::Log& audit;
  telemetry::LoopMetrics& metrics;
  policy::VerdictCache& verdicts;
  session::PlanCache& plans;
  std::vector<Database>& databases;
  const admin::Denials& denials;
  const ClientTls& tls;
  Limits limits;
  std::function<std::string(std::size_t)> random_bytes;
  std::vector<config::Network> proxies;  // whose connections begin with a PROXY header
  UserLookups::Directory directory = {};
};

struct ClientCounts {
  std::size_t login = 0, idle = 0, active = 0, waiting = 0;
  std::size_t encrypted = 0;  // of all of them
};

class Roster {
 public:
  explicit Roster(Surroundings surroundings);
  ~Roster();
  Roster(const Roster&) = delete;
  Roster& operator=(const Roster&) = delete;

  void accept(int fd, const net::Peer& peer);
  // For what comes from now on.
  void use(Limits limits, std::vector<config::Network> proxies);
  // Logins that were told of somebody by the former one are refused.
  void use(UserLookups::Directory directory);
  void tick();   // time limits; a few times a second
  void drain();  // ends idle sessions now, the others when they become idle
  void end_all();
  // The profiles of `database` were replaced: its sessions are matched and judged by them from now
  // on, and logins that waited for them go on.
  void judge_anew(const Database& database);
  // `database` is another one from now on: sessions that have a server of it end at their next idle
  // moment, and until then may only end their transactions.
  void retire(const Database& database);
  // Cancels what sessions of `user` on `database` run, each empty for any; answers of how many.
  std::size_t cancel(std::string_view database, std::string_view user);
  bool empty() const { return relays_.empty(); }
  ClientCounts counts() const;
  std::size_t session_count() const { return attendance_.all(); }  // logged in

  // For relays.
  Surroundings& surroundings() { return surroundings_; }
  Database* find_database(std::string_view name);
  Relay* find(std::uint64_t id);
  bool is_logging_in(std::uint64_t relay_id);
  Relay* find_by_process_id(std::int32_t process_id);
  // A process id that no other client has, with a secret as long as `protocol` allows.
  session::CancelKey issue_key(std::uint64_t relay_id, std::uint32_t protocol);
  void forget_key(std::int32_t process_id);
  void flush_after_audit(std::uint64_t relay_id);
  void bury(std::uint64_t relay_id);
  bool draining() const { return draining_; }
  JudgingQueue& judging_queue() { return judging_queue_; }
  // Null: nobody was ever looked up.
  UserLookups* user_lookups() { return user_lookups_ ? &*user_lookups_ : nullptr; }
  PasswordChecks& password_checks();
  Accounts& accounts() { return accounts_; }
  Attendance& attendance() { return attendance_; }
  AdmissionSources admission_sources() {
    return {accounts_, surroundings_.denials, surroundings_.metrics};
  }
  session::Shared shared() {
    return {surroundings_.verdicts, surroundings_.plans, next_request_id_, audit_available_};
  }

 private:
  void turn_away(int fd);
  void on_check();
  void on_verdict(std::uint64_t relay_id, const JudgingQueue::InquiryRef& inquiry,
                  const session::VerdictRef& verdict);
  void on_audit(const AuditWriter::Outcome& outcome);

  Surroundings surroundings_;
  Accounts accounts_;
  Attendance attendance_;
  std::unordered_map<std::int32_t, std::uint64_t> keys_;  // outlives relays_, which forget theirs
  std::unordered_map<std::uint64_t, std::unique_ptr<Relay>> relays_;
  std::vector<std::uint64_t> to_bury_;
  std::uint64_t next_relay_id_ = 1;
  std::uint64_t next_request_id_;
  bool audit_available_ = true;
  JudgingQueue judging_queue_;
  AuditWriter audit_writer_;
  std::optional<UserLookups> user_lookups_;        // once there is a directory
  std::optional<PasswordChecks> password_checks_;  // once one was asked for
  bool draining_ = false;
};

}  // namespace gateway::relay
