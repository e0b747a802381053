// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/loader.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "policy/catalog/cells.h"
#include "policy/catalog/inconsistency.h"
#include "policy/catalog/known_functions.h"

namespace policy::catalog {
namespace {

constexpr std::int16_t kColumnsMax = 1664;  // MaxTupleAttributeNumber

// Rows come by OID.
template <class Row>
Row* by_oid(std::vector<Row>& rows, Oid oid) {
  if (!rows.empty() && rows.back().oid == oid) return &rows.back();
  const auto found = std::ranges::lower_bound(rows, oid, {}, &Row::oid);
  return found == rows.end() || found->oid != oid ? nullptr : &*found;
}

template <class Row, class Part>
Part part_of(Row* row, Part Row::* part) {
  return row == nullptr ? Part{} : row->*part;
}

struct Parameters {
  std::vector<Oid> all_types;  // pg_proc.proallargtypes; empty: all are input
  std::vector<std::string> modes;
  std::vector<std::string> names;
};

void add_parameters(Function& function, const Parameters& parameters, Rows& rows) {
  std::vector<std::string_view> input_names;
  const std::size_t count =
      parameters.modes.empty() ? function.arguments.size() : parameters.modes.size();
  for (std::size_t at = 0; at < count; ++at) {
    const char mode = parameters.modes.empty() || parameters.modes[at].empty()
                          ? 'i'
                          : parameters.modes[at].front();
    const auto name =
        at < parameters.names.size() ? rows.keep(parameters.names[at]) : std::string_view{};
    if (mode == 'i' || mode == 'b' || mode == 'v') input_names.push_back(name);
    if (mode != 'o' && mode != 'b' && mode != 't') continue;
    const Oid type = at < parameters.all_types.size() ? parameters.all_types[at] : 0;
    function.outputs.push_back({.name = name, .type = type});
  }
  input_names.resize(function.arguments.size());
  const bool has_names = std::ranges::any_of(input_names, [](auto name) { return !name.empty(); });
  if (has_names) function.argument_names = std::move(input_names);
}

}  // namespace

Relation* Loader::relation(Oid oid) { return by_oid(rows_.relations, oid); }
Function* Loader::function(Oid oid) { return by_oid(rows_.functions, oid); }
Type* Loader::type(Oid oid) { return by_oid(rows_.types, oid); }

bool Loader::add(Part part, std::span<const std::string_view> row) {
  if (!error_.empty()) return false;
  Cells cells(row, rows_);
  add_row(part, cells);
  if (cells.is_good() && cells.is_read()) return true;
  error_ = "the server's answer to question " + std::to_string(static_cast<int>(part)) +
           " of the catalog is not understood at cell " + std::to_string(cells.position());
  return false;
}

void Loader::add_row(Part part, Cells& cells) {
  switch (part) {
    case Part::Server: return add_server(cells);
    case Part::Schemas: return add_schema(cells);
    case Part::Relations: return add_relation(cells);
    case Part::Columns: return add_column(cells);
    case Part::GeneratedColumns: return add_generated(cells);
    case Part::Parents: return add_parent(cells);
    case Part::UniqueKeys: return add_unique_key(cells);
    case Part::ViewReads: return add_view_read(cells);
    case Part::ViewFunctions: return add_view_function(cells);
    case Part::ViewTypes: return add_view_type(cells);
    case Part::IndexColumns: return add_index_column(cells);
    case Part::PolicyReads: return add_policy_read(cells);
    case Part::PolicyFunctions: return add_policy_function(cells);
    case Part::Functions: return add_function(cells);
    case Part::Aggregates: return add_aggregate(cells);
    case Part::Types: return add_type(cells);
    case Part::TypeFunctions: return add_type_function(cells);
    case Part::OrderingFunctions: return add_ordering_function(cells);
    case Part::Operators: return add_operator(cells);
    case Part::Casts: return add_cast(cells);
    case Part::ForeignKeys: return add_foreign_key(cells);
    case Part::Comments: return add_comment(cells);
  }
}

void Loader::add_server(Cells& cells) {
  rows_.server_major = cells.number<int>();
  rows_.database = cells.text();
}

void Loader::add_schema(Cells& cells) {
  Schema& schema = rows_.schemas.emplace_back();
  schema.oid = cells.oid();
  schema.name = cells.text();
}

void Loader::add_relation(Cells& cells) {
  Relation& relation = rows_.relations.emplace_back();
  relation.oid = cells.oid();
  relation.schema = cells.oid();
  relation.row_type = cells.oid();
  relation.name = cells.text();
  // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): no letter is an error later
  relation.kind = static_cast<RelationKind>(cells.letter());
  relation.has_row_security = cells.flag();
  relation.row_estimate = cells.number<double>();
  const auto column_count = cells.number16();
  relation.extension = cells.text();
  relation.definition = cells.text();
  const bool has_columns = relation.kind != RelationKind::Index &&
                           relation.kind != RelationKind::PartitionedIndex &&
                           relation.kind != RelationKind::Toast;
  if (!has_columns || !cells.is_good() || column_count <= 0) return;
  relation.columns.reserve(static_cast<std::size_t>(std::min(column_count, kColumnsMax)));
}

void Loader::add_column(Cells& cells) {
  Relation* owner = relation(cells.oid());
  Column column;
  column.name = cells.text();
  column.type = cells.oid();
  column.number = cells.number16();
  column.not_null = cells.flag();
  if (owner != nullptr) owner->columns.push_back(std::move(column));
}

void Loader::add_generated(Cells& cells) {
  Relation* owner = relation(cells.oid());
  const auto generated = cells.number16();
  const auto source = cells.number16();
  if (owner == nullptr || source < 0) return;
  for (auto& column : owner->columns) {
    if (column.number != generated) continue;
    if (source > 0) column.generated_from.push_back(source);
    if (source > 0) continue;
    for (const auto& other : owner->columns) column.generated_from.push_back(other.number);
  }
}

void Loader::add_parent(Cells& cells) {
  Relation* child = relation(cells.oid());
  const Oid parent = cells.oid();
  if (child != nullptr) child->parents.push_back(parent);
}

void Loader::add_unique_key(Cells& cells) {
  Relation* owner = relation(cells.oid());
  const bool is_primary = cells.flag();
  const auto count = static_cast<std::size_t>(std::max<std::int16_t>(0, cells.number16()));
  auto columns = cells.vector<std::int16_t>();
  if (owner == nullptr) return;
  columns.resize(std::min(columns.size(), count));  // what follows is only INCLUDEd
  owner->has_primary_key |= is_primary;
  owner->unique_keys.push_back(std::move(columns));
}

void Loader::add_view_read(Cells& cells) {
  Relation* view = relation(cells.oid());
  const ColumnKey key{.relation = cells.oid(), .column = cells.number16()};
  if (view != nullptr) view->view_reads.push_back(key);
}

void Loader::add_view_function(Cells& cells) {
  Relation* view = relation(cells.oid());
  const Oid called = cells.oid();
  if (view != nullptr) view->view_functions.push_back(called);
}

void Loader::add_view_type(Cells& cells) {
  const Oid view = cells.oid();
  view_types_.emplace_back(view, cells.oid());
}

void Loader::add_index_column(Cells& cells) {
  Relation* owner = relation(cells.oid());
  const auto column = cells.number16();
  if (owner == nullptr) return;
  auto& columns = owner->index_columns;
  if (std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
}

void Loader::add_policy_read(Cells& cells) {
  Relation* owner = relation(cells.oid());
  const Oid read = cells.oid();
  if (owner != nullptr) owner->policy_reads.push_back(read);
}

void Loader::add_policy_function(Cells& cells) {
  Relation* owner = relation(cells.oid());
  const Oid called = cells.oid();
  if (owner != nullptr) owner->policy_functions.push_back(called);
}

void Loader::add_function(Cells& cells) {
  Function& function = rows_.functions.emplace_back();
  function.oid = cells.oid();
  function.schema = cells.oid();
  function.name = cells.text();
  // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): no letter is an error later
  function.kind = static_cast<FunctionKind>(cells.letter());
  function.arguments = cells.vector<Oid>();
  Parameters parameters;
  parameters.all_types = cells.array<Oid>();
  parameters.modes = cells.strings();
  parameters.names = cells.strings();
  add_parameters(function, parameters, rows_);
  function.variadic = cells.oid();
  function.defaults = cells.number16();
  function.result = cells.oid();
  function.returns_set = cells.flag();
  function.is_security_definer = cells.flag();
  function.volatility = cells.letter();
  function.language = cells.text();
  function.extension = cells.text();
  function.body = cells.text();
}

void Loader::add_aggregate(Cells& cells) {
  Function* aggregate = function(cells.oid());
  const char kind = cells.letter();
  const auto direct = cells.number16();
  std::vector<Oid> support;
  while (cells.is_good() && !cells.is_read()) support.push_back(cells.optional_oid());
  if (aggregate == nullptr) return;
  aggregate->is_ordered_set = kind == 'o' || kind == 'h';
  aggregate->direct_arguments = direct;
  std::ranges::sort(support);
  support.erase(std::ranges::unique(support).begin(), support.end());
  std::erase_if(support, [](Oid oid) { return oid < kFirstUserOid; });
  aggregate->support_functions = std::move(support);
}

void Loader::add_type(Cells& cells) {
  Type& type = rows_.types.emplace_back();
  type.oid = cells.oid();
  type.schema = cells.oid();
  type.name = cells.text();
  // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): no letter is an error later
  type.kind = static_cast<TypeKind>(cells.letter());
  type.category = cells.letter();
  type.is_preferred = cells.flag();
  type.element = cells.oid();
  type.is_array = cells.flag();
  type.array = cells.oid();
  type.relation = cells.oid();
  type.base = cells.oid();
  type.subtype = cells.oid();
  type.range = cells.oid();
  type.multirange = cells.oid();
  type.extension = cells.text();
}

void Loader::add_type_function(Cells& cells) {
  Type* owner = type(cells.oid());
  const Oid called = cells.oid();
  if (owner != nullptr) owner->functions.push_back(called);
}

void Loader::add_ordering_function(Cells& cells) {
  Type* owner = type(cells.oid());
  const Oid called = cells.oid();
  if (owner != nullptr) owner->ordering_functions.push_back(called);
}

void Loader::add_operator(Cells& cells) {
  Operator& added = rows_.operators.emplace_back();
  added.oid = cells.oid();
  added.schema = cells.oid();
  added.name = cells.text();
  added.left = cells.oid();
  added.right = cells.oid();
  added.result = cells.oid();
  added.function = cells.oid();
}

void Loader::add_cast(Cells& cells) {
  Cast& cast = rows_.casts.emplace_back();
  cast.source = cells.oid();
  cast.target = cells.oid();
  cast.function = cells.oid();
  cast.context = cells.letter();
  cast.method = cells.letter();
}

void Loader::add_foreign_key(Cells& cells) {
  ForeignKey& key = rows_.foreign_keys.emplace_back();
  key.relation = cells.oid();
  key.referenced = cells.oid();
  key.columns = cells.array<std::int16_t>();
  key.referenced_columns = cells.array<std::int16_t>();
}

void Loader::add_comment(Cells& cells) {
  Relation* owner = relation(cells.oid());
  const auto number = cells.number16();
  const auto comment = cells.text();
  if (owner == nullptr) return;
  if (number == 0) owner->comment = comment;
  for (auto& column : owner->columns) {
    if (column.number == number) column.comment = comment;
  }
}

// Whoever runs it should know: all but built-in functions that may be called.
bool Loader::is_noteworthy(Oid oid) {
  const Function* called = function(oid);
  return called == nullptr || called->decision != Decision::Allowed;
}

void Loader::keep_noteworthy(std::vector<Oid>& functions) {
  std::erase_if(functions, [this](Oid oid) { return oid == 0 || !is_noteworthy(oid); });
}

// Array and row types belong to the extension of what they are made of.
void Loader::settle_types() {
  for (auto& owner : rows_.types) {
    keep_noteworthy(owner.functions);
    if (!owner.extension.empty()) continue;
    if (owner.relation != 0) {
      owner.extension = part_of(relation(owner.relation), &Relation::extension);
    }
  }
  for (auto& array : rows_.types) {
    if (!array.is_array || !array.extension.empty()) continue;
    array.extension = part_of(type(array.element), &Type::extension);
  }
}

// A view that makes values of a domain runs its checks.
void Loader::settle_views() {
  for (const auto& [view_oid, type_oid] : view_types_) {
    Relation* view = relation(view_oid);
    const Type* used = type(type_oid);
    if (view == nullptr || used == nullptr || used->kind != TypeKind::Domain) continue;
    view->view_functions.insert(view->view_functions.end(), used->functions.begin(),
                                used->functions.end());
  }
  for (auto& view : rows_.relations) {
    if (view.view_functions.empty()) continue;
    keep_noteworthy(view.view_functions);
    std::ranges::sort(view.view_functions);
    view.view_functions.erase(std::ranges::unique(view.view_functions).begin(),
                              view.view_functions.end());
  }
}

void Loader::settle_policies() {
  for (auto& secured : rows_.relations) keep_noteworthy(secured.policy_functions);
}

// ANALYZE of a partition leaves the estimate of the partitioned table as it is.
void Loader::settle_row_estimates() {
  std::unordered_map<Oid, double> sums;
  const auto add_to_parents = [&](const Relation& leaf) {
    const Relation* at = &leaf;
    while (!at->parents.empty()) {
      at = relation(at->parents.front());
      if (at == nullptr || at->kind != RelationKind::Partitioned) return;
      double& sum = sums.try_emplace(at->oid, 0.0).first->second;
      sum = sum < 0 || leaf.row_estimate < 0 ? -1 : sum + leaf.row_estimate;
    }
  };
  for (const auto& leaf : rows_.relations) {
    if (leaf.kind != RelationKind::Partitioned) add_to_parents(leaf);
  }
  for (const auto& [parent, sum] : sums) {
    if (Relation* row = relation(parent)) row->row_estimate = sum;
  }
}

std::expected<Rows, std::string> Loader::finish() && {
  if (!error_.empty()) return std::unexpected(std::move(error_));
  if (rows_.server_major == 0) return std::unexpected("the server did not say its version");
  if (auto problem = inconsistency(rows_)) return std::unexpected(std::move(*problem));
  decide_functions(rows_);
  settle_types();
  settle_views();
  settle_policies();
  settle_row_estimates();
  return std::move(rows_);
}

}  // namespace policy::catalog
