// SPDX-License-Identifier: Apache-2.0
// Binding a policy to a large catalog, and one look-up in what it decided.
#include "policy/rules/access.h"

#include <benchmark/benchmark.h>

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

}  // namespace
