// SPDX-License-Identifier: Apache-2.0
// What a policy of tables and columns costs: a verdict with it, cold and from the cache, beside the
// bare parser; binding it to a large catalog; a look-up in what it decided.
#include "policy/rules/access.h"

#include <benchmark/benchmark.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "policy/cache.h"
#include "policy/catalog/json.h"
#include "policy/judge.h"
#include "policy/reader/raw_parse.h"

namespace {

using policy::catalog::Oid;

constexpr int kTables = 10'000;
constexpr int kColumns = 20;
constexpr int kRules = 20;

std::shared_ptr<const policy::catalog::Snapshot> large_catalog() {
  policy::catalog::Rows rows;
  rows.schemas = {{.oid = 11, .name = "pg_catalog"}, {.oid = 20'000, .name = "public"}};
  for (int table = 0; table < kTables; ++table) {
    policy::catalog::Relation relation{.oid = static_cast<Oid>(30'000 + table),
                                       .schema = 20'000,
                                       .name = rows.keep("some_table_" + std::to_string(table))};
    for (int column = 1; column <= kColumns; ++column) {
      relation.columns.push_back({.name = rows.keep("column_name_" + std::to_string(column)),
                                  .type = 25,
                                  .number = static_cast<std::int16_t>(column)});
    }
    rows.relations.push_back(std::move(relation));
  }
  return std::make_shared<const policy::catalog::Snapshot>(std::move(rows));
}

policy::AccessPolicy many_rules() {
  policy::AccessPolicy policy{.allowed_schemas = {"public"}, .tables = {.denied = {"*_audit_*"}}};
  for (int rule = 0; rule < kRules; ++rule) {
    policy.columns.denied_patterns.push_back("*.*secret" + std::to_string(rule) + "*");
  }
  return policy;
}

void bind_large_catalog(benchmark::State& state) {
  const auto snapshot = large_catalog();
  for (auto _ : state) {
    const policy::Access access(many_rules(), snapshot, {"public"});
    benchmark::DoNotOptimize(access.relation(snapshot->relations()[0]));
  }
}
BENCHMARK(bind_large_catalog)->Unit(benchmark::kMillisecond);

void look_up_a_column(benchmark::State& state) {
  const auto snapshot = large_catalog();
  const policy::Access access(many_rules(), snapshot, {"public"});
  const auto& relation = snapshot->relations()[kTables / 2];
  for (auto _ : state) benchmark::DoNotOptimize(access.column(relation, kColumns));
}
BENCHMARK(look_up_a_column);

const std::string kTexts[] = {
    "SELECT abalance FROM pgbench_accounts WHERE aid = 42",
    // 500 bytes, with joins, a subquery, aggregates and operators over columns of six types.
    "SELECT o.id, c.full_name, count(*) AS items, sum(i.quantity * i.unit_price) AS total, "
    "max(o.ordered_at) FROM orders o JOIN customers c ON c.id = o.customer_id LEFT JOIN "
    "order_items i "
    "ON i.order_id = o.id WHERE o.ordered_at >= now() - interval '30 days' AND c.country IN ('DE', "
    "'FR', 'IT') AND NOT EXISTS (SELECT 1 FROM products p WHERE p.id = i.product_id AND p.in_stock "
    "< 5) "
    "GROUP BY o.id, c.full_name HAVING sum(i.unit_price) > 100 ORDER BY total DESC NULLS LAST, "
    "lower(c.full_name) LIMIT 50 OFFSET 0"};

// The demo's shop, with everything that PostgreSQL brings, and pgbench's table.
std::shared_ptr<const policy::catalog::Snapshot> shop_catalog() {
  std::ifstream file(SHOP_CATALOG);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto rows = policy::catalog::load_json(text);
  if (!rows) throw std::runtime_error(rows.error());
  const auto schema = std::ranges::find(rows->schemas, "public", &policy::catalog::Schema::name);
  rows->relations.push_back({.oid = 4'000'000'000,
                             .schema = schema->oid,
                             .name = "pgbench_accounts",
                             .columns = {{.name = "aid", .type = 23, .number = 1},
                                         {.name = "bid", .type = 23, .number = 2},
                                         {.name = "abalance", .type = 23, .number = 3},
                                         {.name = "filler", .type = 1042, .number = 4}}});
  return std::make_shared<const policy::catalog::Snapshot>(std::move(*rows));
}

policy::Profile shop_profile() {
  auto policy = many_rules();
  policy.columns.denied = {"customers.ssn"};
  return {.access = std::make_shared<policy::Access>(policy, shop_catalog(),
                                                     std::vector<std::string>{"public"})};
}

const std::string& text(const benchmark::State& state) {
  return kTexts[static_cast<std::size_t>(state.range(0))];
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

void cold_verdict(benchmark::State& state) {
  const auto profile = shop_profile();
  const auto first = policy::judge(ask(text(state), profile));
  if (!first.allowed()) throw std::runtime_error(first.refusal()->message);
  for (auto _ : state) benchmark::DoNotOptimize(policy::judge(ask(text(state), profile)));
}
BENCHMARK(cold_verdict)->Arg(0)->Arg(1);

void warm_verdict(benchmark::State& state) {
  const auto profile = shop_profile();
  policy::VerdictCache cache(1 << 20, 0x5eed);
  for (auto _ : state) benchmark::DoNotOptimize(cache.judge(ask(text(state), profile)));
}
BENCHMARK(warm_verdict)->Arg(0)->Arg(1);

}  // namespace
