// SPDX-License-Identifier: Apache-2.0
// Makes Rows of the answers to queries(). Knows no connection: cells are text, as a server sends
// them in format 0.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "policy/catalog/queries.h"
#include "policy/catalog/snapshot.h"

namespace policy::catalog {

class Loader {
 public:
  // One row of the answer to the query of `part`; NULL is a view whose data() is null. Parts come
  // in the order of queries(). False: it is not what that query gives; finish() says so.
  bool add(Part part, std::span<const std::string_view> cells);
  std::expected<Rows, std::string> finish() &&;

 private:
  class Cells;
  Relation* relation(Oid oid);
  Function* function(Oid oid);
  Type* type(Oid oid);

  void add_row(Part part, Cells& cells);
  void add_server(Cells& cells);
  void add_schema(Cells& cells);
  void add_relation(Cells& cells);
  void add_column(Cells& cells);
  void add_generated(Cells& cells);
  void add_parent(Cells& cells);
  void add_unique_key(Cells& cells);
  void add_view_read(Cells& cells);
  void add_view_function(Cells& cells);
  void add_view_type(Cells& cells);
  void add_index_column(Cells& cells);
  void add_policy_read(Cells& cells);
  void add_policy_function(Cells& cells);
  void add_function(Cells& cells);
  void add_aggregate(Cells& cells);
  void add_type(Cells& cells);
  void add_type_function(Cells& cells);
  void add_ordering_function(Cells& cells);
  void add_operator(Cells& cells);
  void add_cast(Cells& cells);
  void add_foreign_key(Cells& cells);
  void add_comment(Cells& cells);

  bool is_noteworthy(Oid function);
  void keep_noteworthy(std::vector<Oid>& functions);
  void settle_types();
  void settle_views();
  void settle_policies();
  void settle_row_estimates();

  Rows rows_;
  std::vector<std::pair<Oid, Oid>> view_types_;
  std::string error_;
};

}  // namespace policy::catalog
