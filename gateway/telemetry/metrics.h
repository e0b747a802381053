// SPDX-License-Identifier: Apache-2.0
// The counters of one loop: plain numbers found by index, so that counting a statement costs a few
// nanoseconds. Labels are closed sets, or names given at construction. Knows no format
// (exposition.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/telemetry/histogram.h"

namespace gateway::telemetry {

enum class Door : std::uint8_t { Wire };
enum class RequestStatus : std::uint8_t { Ok, Denied, Error };
enum class PolicyCheck : std::uint8_t {
  Statement,
  Schema,
  Table,
  Column,
  Function,
  Setting,
  Resolve,
  Plan
};
enum class CheckResult : std::uint8_t { Passed, Denied, Warned };
enum class ClientState : std::uint8_t { Login, Idle, Active, Waiting };
enum class ServerState : std::uint8_t { Connecting, Idle, Busy, Resetting, Cancelling };
enum class Direction : std::uint8_t { FromClient, ToClient, FromServer, ToServer };
enum class CatalogLook : std::uint8_t { Changed, Unchanged, Failed };
enum class LimitType : std::uint8_t { StatementsPerMinute, RunningStatements };
enum class ReloadResult : std::uint8_t { Ok, Failed };

// One number an item of `Enum`.
template <typename Enum, std::size_t kCount>
class PerItem {
 public:
  std::uint64_t& operator[](Enum item) { return values_[static_cast<std::size_t>(item)]; }
  std::uint64_t operator[](Enum item) const { return values_[static_cast<std::size_t>(item)]; }

 private:
  std::array<std::uint64_t, kCount> values_{};
};

inline constexpr std::size_t kStatusCount = 3;

// Configured names, closed sets of other folders, and what is constant. An index into one of these
// lists is the id that the counting functions take.
struct MetricNames {
  std::vector<std::string> databases;
  std::vector<std::string> codes;  // error codes; "" (no error) is added as id 0
  std::vector<std::string> close_reasons;
  std::vector<std::string> audit_events;
  std::string version, commit;
};

struct DatabaseMetrics {
  explicit DatabaseMetrics(std::size_t code_count) : requests(kStatusCount * code_count) {}

  std::vector<std::uint64_t> requests;  // see LoopMetrics::count_request
  Histogram request_duration{kRequestBounds};
  Histogram query_duration{kRequestBounds};  // on the server
  Histogram pool_wait{kRequestBounds};
  Histogram plan_gate_duration{kRequestBounds};  // until the server had answered for a plan
  std::uint64_t requests_in_flight = 0;
  // Gauges, set before a scrape from the pool's counts.
  PerItem<ServerState, 5> servers;
  std::uint64_t pool_size = 0, pool_available = 0, pool_waiting = 0;
  // Set before a scrape from its keeper; an epoch of 0: there is no catalog.
  std::uint64_t catalog_epoch = 0;
  double catalog_age_seconds = 0;
  PerItem<CatalogLook, 3> catalog_looks;
};

class LoopMetrics {
 public:
  explicit LoopMetrics(MetricNames names);

  // `database` and `code` are ids; out of range is a broken invariant and aborts.
  DatabaseMetrics& database(std::size_t id);
  void count_request(std::size_t database_id, RequestStatus status, std::size_t code_id);
  void count_policy_check(PolicyCheck check, CheckResult result);
  void count_closed_session(std::size_t reason_id);

  std::uint64_t requests(std::size_t database_id, RequestStatus status, std::size_t code_id) const;
  std::uint64_t policy_checks(PolicyCheck check, CheckResult result) const;
  // The id of a code by its name; 0, "no error", for one that is not among the names. A look-up:
  // not for the hot path.
  std::size_t code_id(std::string_view code) const;

  const MetricNames& names() const { return names_; }  // codes with "" in front
  const std::vector<DatabaseMetrics>& databases() const { return databases_; }
  const std::vector<std::uint64_t>& closed_sessions() const { return closed_sessions_; }

  Histogram policy_check_duration{kPolicyBounds};
  Histogram audit_flush_duration{kRequestBounds};
  PerItem<Direction, 4> bytes;
  PerItem<ReloadResult, 2> config_reloads;
  PerItem<LimitType, 2> limits_exceeded;
  // Set before a scrape from their owners' counts.
  PerItem<ClientState, 4> clients;
  PerItem<LimitType, 2> limits_current;
  std::uint64_t denials = 0;
  std::uint64_t verdict_cache_hits = 0, verdict_cache_misses = 0, verdict_cache_evictions = 0;
  std::uint64_t plan_cache_hits = 0, plan_cache_misses = 0;
  std::vector<std::uint64_t> audit_records;  // by audit event id
  std::uint64_t audit_failures = 0, audit_dropped = 0;
  std::uint64_t log_lines_dropped = 0;

 private:
  std::size_t request_index(RequestStatus status, std::size_t code_id) const;

  MetricNames names_;
  std::vector<DatabaseMetrics> databases_;
  std::vector<std::uint64_t> closed_sessions_;
  std::array<std::array<std::uint64_t, 3>, 8> policy_checks_{};  // by check, by result
};

}  // namespace gateway::telemetry
