// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/snapshot.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "policy/catalog/heap_bytes.h"
#include "policy/catalog/row_index.h"
#include "policy/catalog/strings.h"

namespace policy::catalog {
namespace {

struct ByName {
  using Key = std::string_view;
  static std::size_t hash(Key key) { return std::hash<std::string_view>{}(key); }
  static Key key(const Schema& schema) { return schema.name; }
};

struct ByOid {
  using Key = Oid;
  static std::size_t hash(Key key) { return mixed(key); }
  template <class Row>
  static Key key(const Row& row) {
    return row.oid;
  }
};

struct QualifiedName {
  Oid schema = 0;
  std::string_view name{};
  bool operator==(const QualifiedName&) const = default;
};

struct ByQualifiedName {
  using Key = QualifiedName;
  static std::size_t hash(const Key& key) {
    return mixed(key.schema) ^ std::hash<std::string_view>{}(key.name);
  }
  template <class Row>
  static Key key(const Row& row) {
    return {row.schema, row.name};
  }
};

struct ByEnds {
  using Key = std::pair<Oid, Oid>;
  static std::size_t hash(const Key& key) {
    return mixed((std::uint64_t{key.first} << 32) | key.second);
  }
  static Key key(const Cast& cast) { return {cast.source, cast.target}; }
};

template <class Row>
std::vector<std::pair<std::string_view, const Row*>> by_name(const std::vector<Row>& rows) {
  std::vector<std::pair<std::string_view, const Row*>> pairs;
  pairs.reserve(rows.size());
  for (const auto& row : rows) pairs.emplace_back(row.name, &row);
  return pairs;
}

std::vector<std::pair<Oid, const Cast*>> by_target(const std::vector<Cast>& casts) {
  std::vector<std::pair<Oid, const Cast*>> pairs;
  pairs.reserve(casts.size());
  for (const auto& cast : casts) pairs.emplace_back(cast.target, &cast);
  return pairs;
}

std::vector<std::pair<Oid, Oid>> implicit_by_source(const std::vector<Cast>& casts) {
  std::vector<std::pair<Oid, Oid>> pairs;
  for (const auto& cast : casts) {
    if (cast.context == 'i') pairs.emplace_back(cast.source, cast.target);
  }
  return pairs;
}

std::vector<std::pair<Oid, Oid>> by_parent(const std::vector<Relation>& relations) {
  std::vector<std::pair<Oid, Oid>> pairs;
  for (const auto& relation : relations) {
    for (const Oid parent : relation.parents) pairs.emplace_back(parent, relation.oid);
  }
  return pairs;
}

// Relation::column(number) searches by halves.
Rows with_columns_in_order(Rows rows) {
  for (auto& relation : rows.relations) {
    if (!std::ranges::is_sorted(relation.columns, {}, &Column::number)) {
      std::ranges::sort(relation.columns, {}, &Column::number);
    }
  }
  return rows;
}

}  // namespace

const Column* Relation::column(std::string_view column_name) const {
  const auto found = std::ranges::find(columns, column_name, &Column::name);
  return found == columns.end() ? nullptr : &*found;
}

const Column* Relation::column(std::int16_t number) const {
  const auto found = std::ranges::lower_bound(columns, number, {}, &Column::number);
  return found == columns.end() || found->number != number ? nullptr : &*found;
}

struct Snapshot::Index {
  explicit Index(const Rows& rows)
      : schemas(rows.schemas),
        schemas_by_name(rows.schemas),
        relations(rows.relations),
        relations_by_name(rows.relations),
        functions(rows.functions),
        types(rows.types),
        types_by_name(rows.types),
        operators(rows.operators),
        casts(rows.casts),
        functions_by_name(by_name(rows.functions)),
        operators_by_name(by_name(rows.operators)),
        casts_by_target(by_target(rows.casts)),
        implicit_targets(implicit_by_source(rows.casts)),
        children(by_parent(rows.relations)) {}

  std::size_t bytes() const {
    return sizeof(*this) + schemas.bytes() + schemas_by_name.bytes() + relations.bytes() +
           relations_by_name.bytes() + functions.bytes() + types.bytes() + types_by_name.bytes() +
           operators.bytes() + casts.bytes() + functions_by_name.bytes() +
           operators_by_name.bytes() + casts_by_target.bytes() + implicit_targets.bytes() +
           children.bytes();
  }

  RowIndex<Schema, ByOid> schemas;
  RowIndex<Schema, ByName> schemas_by_name;
  RowIndex<Relation, ByOid> relations;
  RowIndex<Relation, ByQualifiedName> relations_by_name;
  RowIndex<Function, ByOid> functions;
  RowIndex<Type, ByOid> types;
  RowIndex<Type, ByQualifiedName> types_by_name;
  RowIndex<Operator, ByOid> operators;
  RowIndex<Cast, ByEnds> casts;
  GroupIndex<const Function*, ByName> functions_by_name;
  GroupIndex<const Operator*, ByName> operators_by_name;
  GroupIndex<const Cast*, ByOid> casts_by_target;
  GroupIndex<Oid, ByOid> implicit_targets;
  GroupIndex<Oid, ByOid> children;
};

Snapshot::Snapshot(Rows rows)
    : rows_(with_columns_in_order(std::move(rows))),
      index_(std::make_unique<const Index>(rows_)),
      has_ordering_functions_(std::ranges::any_of(
          rows_.types, [](const Type& type) { return !type.ordering_functions.empty(); })) {}

Snapshot::~Snapshot() = default;

const Schema* Snapshot::schema(std::string_view name) const {
  return index_->schemas_by_name.find(rows_.schemas, name);
}

const Schema* Snapshot::schema(Oid oid) const { return index_->schemas.find(rows_.schemas, oid); }

std::string_view Snapshot::schema_name(Oid oid) const {
  const Schema* found = schema(oid);
  return found == nullptr ? std::string_view{} : found->name;
}

const Relation* Snapshot::relation(Oid schema, std::string_view name) const {
  return index_->relations_by_name.find(rows_.relations, {schema, name});
}

const Relation* Snapshot::relation(Oid oid) const {
  return index_->relations.find(rows_.relations, oid);
}

std::span<const Oid> Snapshot::children(Oid parent) const { return index_->children.find(parent); }

std::span<const Function* const> Snapshot::functions(std::string_view name) const {
  return index_->functions_by_name.find(name);
}

const Function* Snapshot::function(Oid oid) const {
  return index_->functions.find(rows_.functions, oid);
}

const Type* Snapshot::type(Oid schema, std::string_view name) const {
  return index_->types_by_name.find(rows_.types, {schema, name});
}

const Type* Snapshot::type(Oid oid) const { return index_->types.find(rows_.types, oid); }

std::span<const Operator* const> Snapshot::operators(std::string_view name) const {
  return index_->operators_by_name.find(name);
}

const Operator* Snapshot::operator_of(Oid oid) const {
  return index_->operators.find(rows_.operators, oid);
}

const Cast* Snapshot::cast(Oid source, Oid target) const {
  return index_->casts.find(rows_.casts, {source, target});
}

std::span<const Cast* const> Snapshot::casts_to(Oid target) const {
  return index_->casts_by_target.find(target);
}

std::span<const Oid> Snapshot::implicit_targets(Oid source) const {
  return index_->implicit_targets.find(source);
}

std::size_t Snapshot::bytes() const { return heap_bytes(rows_) + index_->bytes(); }

}  // namespace policy::catalog
