// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/heap_bytes.h"

#include "policy/catalog/strings.h"

namespace policy::catalog {
namespace {

template <class Item>
std::size_t bytes(const std::vector<Item>& items) {
  return items.capacity() * sizeof(Item);
}

std::size_t bytes_of(const Relation& relation) {
  std::size_t total = bytes(relation.columns) + bytes(relation.parents) +
                      bytes(relation.unique_keys) + bytes(relation.view_reads) +
                      bytes(relation.view_functions) + bytes(relation.index_columns) +
                      bytes(relation.policy_reads) + bytes(relation.policy_functions);
  for (const auto& column : relation.columns) total += bytes(column.generated_from);
  for (const auto& key : relation.unique_keys) total += bytes(key);
  return total;
}

std::size_t bytes_of(const Function& function) {
  return bytes(function.arguments) + bytes(function.argument_names) + bytes(function.outputs) +
         bytes(function.support_functions);
}

std::size_t bytes_of(const Type& type) {
  return bytes(type.functions) + bytes(type.ordering_functions);
}

std::size_t bytes_of(const ForeignKey& key) {
  return bytes(key.columns) + bytes(key.referenced_columns);
}

template <class Row>
std::size_t bytes_with_parts(const std::vector<Row>& rows) {
  std::size_t total = bytes(rows);
  for (const auto& row : rows) total += bytes_of(row);
  return total;
}

}  // namespace

std::size_t heap_bytes(const Rows& rows) {
  return bytes(rows.schemas) + bytes_with_parts(rows.relations) + bytes_with_parts(rows.functions) +
         bytes_with_parts(rows.types) + bytes(rows.operators) + bytes(rows.casts) +
         bytes_with_parts(rows.foreign_keys) + (rows.strings ? rows.strings->bytes() : 0);
}

}  // namespace policy::catalog
