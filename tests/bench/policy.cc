// SPDX-License-Identifier: Apache-2.0
// What a verdict costs, cold and from the cache, beside the bare parser in the same run.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "policy/cache.h"
#include "policy/judge.h"
#include "policy/keyed_hash.h"
#include "policy/reader/raw_parse.h"
#include "policy/text_scan.h"

namespace {

constexpr std::uint64_t kKey = 0x5eed;

const std::string kShort = "SELECT abalance FROM pgbench_accounts WHERE aid = 42";
const std::string kLong =
    "SELECT o.id, c.name, count(*) AS items, sum(i.price * i.quantity) AS total FROM orders o JOIN "
    "customers c ON c.id = o.customer_id LEFT JOIN order_items i ON i.order_id = o.id WHERE "
    "o.created_at >= now() - interval '30 days' AND c.country IN ('DE', 'FR', 'IT') AND NOT EXISTS "
    "(SELECT 1 FROM refunds r WHERE r.order_id = o.id) GROUP BY o.id, c.name HAVING sum(i.price) > "
    "100 ORDER BY total DESC NULLS LAST LIMIT 50";

const std::string& text(const benchmark::State& state) {
  return state.range(0) == 0 ? kShort : kLong;
}

policy::Question ask(std::string_view sql, const policy::Profile& profile) {
  return {.sql = sql, .parameter_types = {}, .profile = profile};
}

void bare_parse(benchmark::State& state) {
  for (auto _ : state) {
    RawParse parse;
    raw_parse_begin(text(state).c_str(), &parse);
    benchmark::DoNotOptimize(parse.tree);
    raw_parse_end(&parse);
  }
}
BENCHMARK(bare_parse)->Arg(0)->Arg(1);

void scan(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(policy::scan_text(text(state), {}));
}
BENCHMARK(scan)->Arg(0)->Arg(1);

void cold_verdict(benchmark::State& state) {
  const policy::Profile profile;
  for (auto _ : state) benchmark::DoNotOptimize(policy::judge(ask(text(state), profile)));
}
BENCHMARK(cold_verdict)->Arg(0)->Arg(1);

void warm_verdict(benchmark::State& state) {
  policy::VerdictCache cache(1 << 20, kKey);
  const policy::Profile profile;
  for (auto _ : state) benchmark::DoNotOptimize(cache.judge(ask(text(state), profile)));
}
BENCHMARK(warm_verdict)->Arg(0)->Arg(1);

// The same statement with another integer each time, as simple clients send it.
void new_literal(benchmark::State& state) {
  policy::VerdictCache cache(1 << 20, kKey);
  const policy::Profile profile;
  std::string sql = kShort.substr(0, kShort.size() - 2) + "10000";
  const std::size_t digits = sql.size() - 4;
  for (auto _ : state) {
    for (std::size_t i = digits; i < sql.size() && ++sql[i] > '9'; ++i) sql[i] = '0';
    benchmark::DoNotOptimize(cache.judge(ask(sql, profile)));
  }
}
BENCHMARK(new_literal);

// A client that knew the key: all texts meet in one of the buckets.
void one_bucket(benchmark::State& state) {
  policy::VerdictCache cache(1 << 20, kKey);
  const policy::Profile profile;
  std::vector<std::string> texts;
  for (int i = 0; texts.size() < static_cast<std::size_t>(state.range(0)); ++i) {
    std::string sql = "SELECT abalance FROM pgbench_accounts WHERE aid = $1 --" + std::to_string(i);
    if ((policy::keyed_hash(kKey, sql) & 2047) == 7) texts.push_back(std::move(sql));
  }
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(cache.judge(ask(texts[next], profile)));
    next = next + 1 == texts.size() ? 0 : next + 1;
  }
}
BENCHMARK(one_bucket)->Arg(policy::VerdictCache::kWays)->Arg(200);

}  // namespace
