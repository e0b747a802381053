// SPDX-License-Identifier: Apache-2.0
// A snapshot of 10,000 tables of 20 columns: how long it takes to load, and how much memory it
// keeps (counter MiB). Target: 5 s and 64 MiB.
#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <vector>

#include "policy/catalog/json.h"
#include "policy/catalog/known_functions.h"
#include "policy/catalog/loader.h"
#include "policy/catalog/snapshot.h"

namespace {

using policy::catalog::Loader;
using policy::catalog::Oid;
using policy::catalog::Part;
using policy::catalog::Rows;
using policy::catalog::Snapshot;

constexpr Oid kTables = 10'000;
constexpr int kColumns = 20;
constexpr Oid kFirst = 100'000;
// A table, its row type and array type, its TOAST table, its key's index.
constexpr Oid kOidsOfTable = 10;

template <class... Cells>
void add(Loader& loader, Part part, const Cells&... cells) {
  const std::array<std::string_view, sizeof...(cells)> row{cells...};
  loader.add(part, row);
}

std::string table_oid(Oid number, Oid part) {
  return std::to_string(kFirst + number * kOidsOfTable + part);
}

void add_relation(Loader& loader, const std::string& oid, const std::string& schema,
                  const std::string& name, const std::string& kind, const std::string& row_type) {
  add(loader, Part::Relations, oid, schema, row_type, name, kind, "f", "1234", "20",
      std::string_view{}, std::string_view{});
}

void add_relations(Loader& loader) {
  for (Oid number = 0; number < kTables; ++number) {
    const std::string name = "table_with_a_usual_name_" + std::to_string(number);
    add_relation(loader, table_oid(number, 0), "2200", name, "r", table_oid(number, 2));
    add_relation(loader, table_oid(number, 4), "99", "pg_toast_" + table_oid(number, 0), "t", "0");
    add_relation(loader, table_oid(number, 6), "2200", name + "_pkey", "i", "0");
  }
}

void add_columns(Loader& loader) {
  for (Oid number = 0; number < kTables; ++number) {
    for (int column = 1; column <= kColumns; ++column) {
      // Some names are everywhere, some are this table's own.
      std::string name = "column_" + std::to_string(column);
      if (column % 4 == 0) name += "_of_" + std::to_string(number);
      add(loader, Part::Columns, table_oid(number, 0), name, "25", std::to_string(column), "f");
    }
  }
}

void add_types(Loader& loader) {
  for (Oid number = 0; number < kTables; ++number) {
    const std::string name = "table_with_a_usual_name_" + std::to_string(number);
    add(loader, Part::Types, table_oid(number, 1), "2200", "_" + name, "b", "A", "f",
        table_oid(number, 2), "t", "0", "0", "0", "0", "0", "0", std::string_view{});
    add(loader, Part::Types, table_oid(number, 2), "2200", name, "c", "C", "f", "0", "f",
        table_oid(number, 1), table_oid(number, 0), "0", "0", "0", "0", std::string_view{});
  }
}

Rows load_rows() {
  Loader loader;
  add(loader, Part::Server, "15", "large");
  add(loader, Part::Schemas, "99", "pg_toast");
  add(loader, Part::Schemas, "2200", "public");
  add_relations(loader);
  add_columns(loader);
  for (Oid number = 0; number < kTables; ++number) {
    add(loader, Part::UniqueKeys, table_oid(number, 0), "t", "1", "1");
  }
  add_types(loader);
  auto rows = std::move(loader).finish();
  return rows ? std::move(*rows) : Rows{};
}

void report(benchmark::State& state, const Snapshot& snapshot) {
  if (snapshot.relations().size() != 3 * kTables) state.SkipWithError("not all was loaded");
  state.counters["MiB"] = static_cast<double>(snapshot.bytes()) / (1 << 20);
}

void from_rows(benchmark::State& state) {
  for (auto _ : state) {
    const Snapshot snapshot(load_rows());
    report(state, snapshot);
  }
}
BENCHMARK(from_rows)->Unit(benchmark::kMillisecond);

void from_json(benchmark::State& state) {
  const std::string text = policy::catalog::dump(load_rows());
  for (auto _ : state) {
    auto rows = policy::catalog::load_json(text);
    if (!rows) {
      state.SkipWithError(rows.error().c_str());
      break;
    }
    const Snapshot snapshot(std::move(*rows));
    report(state, snapshot);
  }
  state.counters["JSON_MiB"] = static_cast<double>(text.size()) / (1 << 20);
}
BENCHMARK(from_json)->Unit(benchmark::kMillisecond);

void dump_json(benchmark::State& state) {
  const Rows rows = load_rows();
  for (auto _ : state) benchmark::DoNotOptimize(policy::catalog::dump(rows));
}
BENCHMARK(dump_json)->Unit(benchmark::kMillisecond);

void find_relation(benchmark::State& state) {
  const Snapshot snapshot(load_rows());
  std::vector<std::string> names;
  for (Oid number = 0; number < 1024; ++number) {
    names.push_back("table_with_a_usual_name_" + std::to_string(number * 9));
  }
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(snapshot.relation(2200, names[++at % names.size()]));
  }
}
BENCHMARK(find_relation);

void decide_function(benchmark::State& state) {
  const std::array<Oid, 2> types{25, 23};
  for (auto _ : state) {
    benchmark::DoNotOptimize(policy::catalog::decide_built_in("substr", types));
  }
}
BENCHMARK(decide_function);

}  // namespace
