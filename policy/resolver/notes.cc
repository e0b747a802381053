// SPDX-License-Identifier: Apache-2.0
// What becomes a fact.
#include <algorithm>

#include "policy/resolver/analysis.h"
#include "policy/rewrite/names.h"

namespace policy::resolver {
namespace {

using catalog::Function;

// Nodes and columns looked at. A megabyte of text has a few hundred thousand.
constexpr std::uint64_t kWorkMax = 2'000'000;

bool is_plain(const Function& function) { return function.decision == catalog::Decision::Allowed; }

}  // namespace

Analysis::Analysis(const ResolveInput& input, Facts& facts)
    : snapshot_(input.snapshot), input_(input), facts_(facts) {}

Item* Analysis::make_item() { return make(Item{.columns = seq<Visible>()}); }

Level Analysis::make_level(Level* parent) {
  return Level{.parent = parent,
               .names = Names(&arena_),
               .in_from = seq<const Item*>(),
               .ctes = seq<Cte*>(),
               .equalities = seq<Equality>()};
}

Result Analysis::make_result() { return Result{.columns = seq<Visible>()}; }

void Analysis::unresolved(const char* sqlstate, std::string message, std::size_t offset,
                          std::string hint, const catalog::Relation* relation) {
  if (facts_.unresolved) return;
  facts_.unresolved = Unresolved{.sqlstate = sqlstate,
                                 .message = std::move(message),
                                 .hint = std::move(hint),
                                 .offset = offset,
                                 .relation = relation};
}

// What the missing object at `offset` is called, where it was the first that is missing.
void Analysis::name_missing(std::string_view schema, std::string_view name, std::size_t offset) {
  if (!facts_.unresolved || facts_.unresolved->offset != offset) return;
  if (!facts_.unresolved->name.empty()) return;
  facts_.unresolved->schema = schema;
  facts_.unresolved->name = name;
}

void Analysis::uncertain(std::string construct, std::size_t offset) {
  if (facts_.uncertain) return;
  facts_.uncertain = Uncertain{.construct = std::move(construct), .offset = offset};
}

bool Analysis::spend(std::size_t offset, std::uint64_t work) {
  work_ += work;
  if (work_ <= kWorkMax) return true;
  uncertain("a statement of this complexity", offset);
  return false;
}

std::int32_t Analysis::note_relation(const catalog::Relation& relation, std::size_t offset) {
  facts_.relations.push_back({.relation = &relation, .offset = offset});
  const bool is_view = relation.kind == catalog::RelationKind::View;
  if (is_view || relation.has_row_security) note_not_immutable();
  return static_cast<std::int32_t>(facts_.relations.size()) - 1;
}

void Analysis::note_column(std::int32_t use_index, std::int16_t number, How how,
                           std::size_t offset) {
  auto& columns = use(use_index).columns;
  const auto is_same = [&](const ColumnUse& other) {
    return other.column == number && other.how == how;
  };
  if (std::ranges::any_of(columns, is_same)) return;
  columns.push_back({.column = number, .how = how, .offset = offset});
}

// Functions of PostgreSQL's own that are safe are noted once a statement, for the audit; operators
// and casts only where one of the candidates could be refused.
void Analysis::note_call(CallUse::Kind kind, std::string name, std::size_t offset,
                         std::span<const Function* const> candidates) {
  if (candidates.empty()) return;
  for (const Function* candidate : candidates) note_volatility(candidate);
  const auto plain = [](const Function* function) { return is_plain(*function); };
  if (std::ranges::all_of(candidates, plain)) {
    if (kind != CallUse::Kind::Function) return;
    const auto is_same = [&](const CallUse& other) {
      return other.kind == kind && other.name == name;
    };
    if (std::ranges::any_of(facts_.calls, is_same)) return;
  }
  facts_.calls.push_back({.kind = kind,
                          .name = std::move(name),
                          .offset = offset,
                          .candidates = {candidates.begin(), candidates.end()}});
}

void Analysis::note_call_oids(CallUse::Kind kind, std::string name, std::size_t offset,
                              std::span<const Oid> candidates) {
  std::vector<const Function*> functions;
  for (const Oid oid : candidates) {
    const Function* function = snapshot_.function(oid);
    if (function == nullptr) {
      uncertain("a call of function " + std::to_string(oid) + " that is not in the catalog",
                offset);
    } else {
      functions.push_back(function);
    }
  }
  note_call(kind, std::move(name), offset, functions);
}

void Analysis::note_fragile(const char* construct) {
  if (input_.is_rewritten) facts_.shape.fragile.emplace_back(construct);
}

void Analysis::note_column_name(std::string_view name) {
  if (input_.is_rewritten) facts_.shape.column_names.emplace_back(name);
}

// What `expanded` has from `first` on is what the star stands for.
void Analysis::note_star(const Result& expanded, std::size_t first, std::size_t offset,
                         int qualifiers) {
  if (!input_.is_rewritten) return;
  StarUse star{.offset = offset, .qualifiers = qualifiers};
  for (std::size_t i = first; i < expanded.columns.size(); ++i) {
    const auto& column = expanded.columns[i];
    const bool has_home = column.home != nullptr && !column.home->name.empty();
    std::string text = has_home ? quote_name(column.home->name) + "." : "";
    star.columns.push_back(
        {.text = text + quote_name(column.name), .use = column.use, .column = column.number});
  }
  facts_.shape.stars.push_back(std::move(star));
}

// A schema before a row's name is lost where the relation is replaced.
void Analysis::note_qualifiers(const Name& row, std::size_t offset, int qualifiers) {
  if (!input_.is_rewritten || qualifiers < 2) return;
  facts_.shape.qualified_names.push_back(
      {.offset = offset, .qualifiers = qualifiers, .use = row.item->use});
}

Sources Analysis::source(Oid relation, std::int16_t column) {
  if (!input_.is_traced) return nullptr;
  auto* keys = make(seq<ColumnKey>());
  keys->push_back({relation, column});
  return keys;
}

Sources Analysis::join_sources(Sources one, Sources other) {
  if (one == nullptr || one == other) return other;
  if (other == nullptr) return one;
  auto* all = make(seq<ColumnKey>());
  all->reserve(one->size() + other->size());
  std::ranges::set_union(*one, *other, std::back_inserter(*all));
  spend(0, all->size());
  return all;
}

void Analysis::note_filter(Sources sources) {
  if (sources == nullptr) return;
  std::vector<ColumnKey> all;
  std::ranges::set_union(facts_.filters, *sources, std::back_inserter(all));
  facts_.filters = std::move(all);
}

}  // namespace policy::resolver
