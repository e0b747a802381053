// SPDX-License-Identifier: Apache-2.0
// An access policy bound to a catalog: what every relation, column and function of that snapshot is
// decided to be, worked out once, so that a statement is judged by look-ups. Immutable; safe to
// share between threads.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/access_policy.h"
#include "policy/catalog/snapshot.h"
#include "policy/error_code.h"
#include "policy/resolver/lineage.h"

namespace policy {

// Why something is refused. `rule` is the path in the configuration: "columns.denied[1]".
struct Refusal {
  ErrorCode code = ErrorCode::AccessDenied;
  std::string rule{};
};

// What reading a view comes to under `views` of the policy. Its own name and column names are
// judged as a table's, besides.
struct ViewDecision {
  std::vector<const Refusal*> columns{};  // as Relation::columns; null: readable. Empty: all are
  // For any use, whatever its columns: what decides which rows there are and, where views are
  // strict or its definition is not understood, all that it reads. Null: readable.
  const Refusal* rows = nullptr;
  const Refusal* written = nullptr;  // for writing through it. Null: nothing behind it is refused
  // What it runs that is refused, in some mode or in all, or depends on an argument.
  std::vector<const catalog::Function*> calls{};
};

class Access {
 public:
  // `search_path`: the configured one (safe_search_path), unquoted names.
  Access(AccessPolicy policy, std::shared_ptr<const catalog::Snapshot> snapshot,
         std::vector<std::string> search_path, const ViewTracer& tracer = view_tracer());
  ~Access();

  const AccessPolicy& policy() const { return policy_; }
  const catalog::Snapshot& snapshot() const { return *snapshot_; }
  // As the server searches it: pg_catalog first unless it is named, unknown schemas left out.
  std::span<const catalog::Oid> search_path() const { return search_path_; }

  // Schema and table rules, system catalogs, foreign tables, sequences, parents. Null: readable.
  // Views count as tables here; what they read is in lineage().
  const Refusal* relation(const catalog::Relation& relation) const;
  // The same for a constant that names it: '…'::regclass, nextval('…'). Schema and table rules
  // only.
  const Refusal* named(const catalog::Relation& relation) const;
  // Schema rules alone. Null: what is in it may be used.
  const Refusal* schema(std::string_view name) const;
  // Column rules, those of the parents and of generated columns' sources included. Null: readable.
  const Refusal* column(const catalog::Relation& relation, std::int16_t number) const;
  // True where any column of it, whole row taken, is refused.
  bool has_refused_columns(const catalog::Relation& relation) const;
  // Null: callable. By-argument functions are callable here; their rule looks at the arguments.
  // What only some modes allow is refused here; rules/functions.cc knows the mode.
  const Refusal* function(const catalog::Function& function) const;
  // What a view reads, column by column; null for what is no view, and for views that count as
  // tables (opaque, trusted, of the system).
  const Lineage* lineage(const catalog::Relation& view) const;
  // True where some column or relation, beyond those of the system, may not be read.
  bool hides_anything() const { return hides_anything_; }
  // Null where lineage() is.
  const ViewDecision* view(const catalog::Relation& view) const;

 private:
  struct Decisions;
  bool hides(const catalog::Relation& relation) const;

  AccessPolicy policy_;
  std::shared_ptr<const catalog::Snapshot> snapshot_;
  std::vector<catalog::Oid> search_path_;
  std::unique_ptr<const Decisions> decisions_;
  bool hides_anything_ = false;
};

}  // namespace policy
