// SPDX-License-Identifier: Apache-2.0
// What a session costs beside the system calls: a statement and its reply, and a large result.
#include <benchmark/benchmark.h>

#include <chrono>
#include <string>
#include <string_view>

#include "gateway/pgwire/backend_messages.h"
#include "gateway/pgwire/frontend_messages.h"
#include "gateway/pgwire/writer.h"
#include "gateway/session/session.h"
#include "policy/rules/access.h"

namespace gateway::session {
namespace {

namespace frontend = pgwire::frontend;
namespace backend = pgwire::backend;

constexpr std::string_view kSql = "SELECT abalance FROM pgbench_accounts WHERE aid = $1";
constexpr std::size_t kReadBytes = 64 * 1024;  // what one read of a busy server brings

class NoRecords final : public Recorder {
 public:
  void on_decision(const Decision&) override {}
  void on_end(const End&) override {}
};

void put(std::string& out, char type, std::string_view body = {}) {
  pgwire::Writer(out).begin(type).bytes(body).end();
}

std::string row(std::size_t value_bytes) {
  std::string out;
  const auto size = static_cast<std::uint32_t>(value_bytes);
  std::string body{'\0', '\1'};
  for (int shift = 24; shift >= 0; shift -= 8) body.push_back(static_cast<char>(size >> shift));
  put(out, backend::kDataRow, body.append(value_bytes, 'x'));
  return out;
}

std::string completion() {
  std::string out;
  put(out, backend::kCommandComplete, std::string_view("SELECT 1\0", 9));
  pgwire::write_ready_for_query(out, pgwire::TransactionStatus::Idle);
  return out;
}

constexpr policy::catalog::Oid kAccounts = 16500;

// pgbench_accounts, of which filler is denied.
std::shared_ptr<const policy::Profile> with_rules(policy::Enforcement enforcement) {
  policy::catalog::Rows rows{.server_major = 15};
  rows.schemas.push_back({.oid = 2200, .name = rows.keep("public")});
  rows.types.push_back({.oid = 23, .schema = 2200, .name = rows.keep("int4"), .category = 'N'});
  policy::catalog::Relation table{.oid = kAccounts, .schema = 2200, .name = rows.keep("accounts")};
  for (const std::string_view column : {"aid", "abalance", "filler"}) {
    const auto number = static_cast<std::int16_t>(table.columns.size() + 1);
    table.columns.push_back({.name = rows.keep(column), .type = 23, .number = number});
  }
  rows.relations.push_back(std::move(table));
  policy::Profile profile;
  profile.enforcement = enforcement;
  profile.access = std::make_shared<const policy::Access>(
      policy::AccessPolicy{.columns = {.denied = {"accounts.filler"}}},
      std::make_shared<const policy::catalog::Snapshot>(std::move(rows)),
      std::vector<std::string>{"public"});
  return std::make_shared<const policy::Profile>(std::move(profile));
}

struct Attached {
  policy::VerdictCache verdicts{1 << 20, 1};
  PlanCache plans{1};
  std::uint64_t next_request_id = 1;
  bool audit_available = true;
  std::shared_ptr<const policy::Profile> profile;
  NoRecords recorder;
  Session session{
      {verdicts, plans, next_request_id, audit_available}, recorder, {.standing = {profile}}};
  Output out;
  const TimePoint now = std::chrono::steady_clock::now();

  explicit Attached(
      std::shared_ptr<const policy::Profile> judged_by = std::make_shared<const policy::Profile>())
      : profile(std::move(judged_by)) {
    session.attach({}, out);
    out.clear();
  }
  // False when not all of it was taken, or the session ended.
  bool client(std::string_view bytes) {
    const bool taken = session.on_client_bytes(bytes, now, out) == bytes.size() && !out.close;
    benchmark::DoNotOptimize(out.to_server.pieces());
    out.clear();
    return taken;
  }
  bool server(std::string_view bytes) {
    const bool taken = session.on_server_bytes(bytes, now, out) == bytes.size() && !out.close;
    benchmark::DoNotOptimize(out.to_client.pieces());
    out.clear();
    return taken;
  }
};

void exchange(benchmark::State& state, Attached& attached, std::string_view request,
              std::string_view reply) {
  for (auto _ : state) {
    if (attached.client(request) && attached.server(reply)) continue;
    return state.SkipWithError("the session ended");
  }
  state.SetItemsProcessed(state.iterations());
}

// pgbench -S -M simple, with a verdict that is known.
void BM_Query(benchmark::State& state) {
  Attached attached;
  std::string request, reply;
  pgwire::write_query(request, "SELECT abalance FROM pgbench_accounts WHERE aid = 4711");
  put(reply, backend::kRowDescription, std::string_view("\0\0", 2));
  reply.append(row(4)).append(completion());
  exchange(state, attached, request, reply);
}
BENCHMARK(BM_Query);

// pgbench -S -M prepared: Bind, Describe, Execute, Sync.
void BM_Prepared(benchmark::State& state) {
  Attached attached;
  std::string parse, parsed, request, reply;
  pgwire::write_parse(parse, {"P_0", kSql, {}});
  put(parse, frontend::kSync);
  put(parsed, backend::kParseComplete);
  pgwire::write_ready_for_query(parsed, pgwire::TransactionStatus::Idle);
  if (!attached.client(parse) || !attached.server(parsed)) {
    return state.SkipWithError("the statement was not prepared");
  }
  pgwire::write_bind(request, "", "P_0");
  put(request, frontend::kDescribe, std::string_view("P\0", 2));
  put(request, frontend::kExecute, std::string_view("\0\0\0\0\0", 5));
  put(request, frontend::kSync);
  put(reply, backend::kBindComplete);
  put(reply, backend::kRowDescription, std::string_view("\0\0", 2));
  reply.append(row(4)).append(completion());
  exchange(state, attached, request, reply);
}
BENCHMARK(BM_Prepared);

// A described column, or many: the row guard looks at them where rules are enforced.
void run_guarded(benchmark::State& state, policy::Enforcement enforcement) {
  Attached attached(with_rules(enforcement));
  const auto count = static_cast<std::uint16_t>(state.range(0));
  std::string request, reply, description;
  pgwire::write_query(request, "SELECT abalance FROM accounts");
  description = {static_cast<char>(count >> 8), static_cast<char>(count & 0xff)};
  for (int i = 0; i < count; ++i) {
    // Name, relation 16500, column 2, int4 (23), 4 bytes, no modifier, as text.
    description.append("abalance\0\0\0\x40\x74\0\2\0\0\0\x17\0\4\377\377\377\377\0\0", 27);
  }
  put(reply, backend::kRowDescription, description);
  reply.append(row(4)).append(completion());
  exchange(state, attached, request, reply);
}
void BM_Guarded(benchmark::State& state) { run_guarded(state, policy::Enforcement::Enforce); }
void BM_Unguarded(benchmark::State& state) { run_guarded(state, policy::Enforcement::Warn); }
BENCHMARK(BM_Guarded)->Arg(1)->Arg(10)->Arg(100);
BENCHMARK(BM_Unguarded)->Arg(1)->Arg(10)->Arg(100);

// One read of a large result, of rows with a value of state.range(0) bytes.
void BM_Rows(benchmark::State& state) {
  Attached attached;
  std::string request, rows;
  pgwire::write_query(request, "SELECT v FROM big");
  if (!attached.client(request)) return state.SkipWithError("the session ended");
  const std::string one = row(static_cast<std::size_t>(state.range(0)));
  while (rows.size() + one.size() <= kReadBytes) rows.append(one);
  for (auto _ : state) {
    if (!attached.server(rows)) return state.SkipWithError("the session ended");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows.size() / one.size()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(rows.size()));
}
BENCHMARK(BM_Rows)->Arg(8)->Arg(100)->Arg(1000)->Arg(16 * 1024);

}  // namespace
}  // namespace gateway::session
