// SPDX-License-Identifier: Apache-2.0
// What a view reads for the columns that the statement uses, and what it runs.
#include "policy/rules/function_decisions.h"
#include "policy/rules/hints.h"
#include "policy/rules/reasons.h"
#include "policy/rules/rule.h"
#include "policy/rules/words.h"

namespace policy::rules {
namespace {

using catalog::Relation;

class ViewCheck {
 public:
  ViewCheck(const Case& statement, Finds& finds)
      : access_(statement.access), mode_(statement.profile.mode), finds_(finds) {}

  void check(const RelationUse& use) {
    const ViewDecision* decision = access_.view(*use.relation);
    if (decision == nullptr) return;
    if (decision->rows != nullptr) return add(refuse_rows(*use.relation, *decision->rows), use);
    const bool is_written = use.is_inserted || use.is_updated || use.is_deleted;
    if (is_written && decision->written != nullptr) {
      add(refuse_write(*use.relation, *decision->written), use);
    }
    for (const auto* function : decision->calls) check_call(*function, use);
    if (decision->columns.empty()) return;
    for (const auto& column : use.columns) check_column(*decision, column, use);
  }

 private:
  void add(Violation violation, const RelationUse& use) {
    finds_.push_back({.violation = std::move(violation), .offset = use.offset});
  }

  Violation refuse(const Relation& view, const Refusal& refusal, std::string why) const {
    return {.check = Check::Table,
            .code = ErrorCode::TableAccessDenied,
            .resource = relation_name(access_.snapshot(), view),
            .rule = refusal.rule,
            .message = relation_words(access_.snapshot(), view) + std::move(why)};
  }

  Violation refuse_rows(const Relation& view, const Refusal& refusal) const {
    Violation violation =
        refuse(view, refusal, " may not be used: it reads or chooses its rows by what is refused");
    violation.hint = "Use the tables that may be read, or ask for it to be added to trusted_views.";
    return violation;
  }

  Violation refuse_write(const Relation& view, const Refusal& refusal) const {
    return refuse(view, refusal, " may not be written: it writes to what is refused");
  }

  void check_call(const catalog::Function& function, const RelationUse& use) {
    const Refusal* refusal = access_.function(function);
    const bool is_lifted = refusal != nullptr && is_lifted_by(mode_, function, *refusal);
    if (is_lifted) return;
    const auto& snapshot = access_.snapshot();
    add({.check = Check::Function,
         .code = ErrorCode::FunctionAccessDenied,
         .resource = signature(snapshot, function),
         .rule = refusal == nullptr ? "trusted_views" : refusal->rule,
         .message = relation_words(snapshot, *use.relation) +
                    " may not be used: it calls function " + signature(snapshot, function),
         .hint = "Use the tables that may be read, or ask for it to be added to trusted_views."},
        use);
  }

  void check_column(const ViewDecision& decision, const ColumnUse& column, const RelationUse& use) {
    const auto& columns = use.relation->columns;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const bool is_used = column.column == 0 || column.column == columns[i].number;
      if (!is_used || decision.columns[i] == nullptr) continue;
      finds_.push_back({.violation = refuse_column(*use.relation, columns[i], *decision.columns[i]),
                        .offset = column.offset});
    }
  }

  Violation refuse_column(const Relation& view, const catalog::Column& column,
                          const Refusal& refusal) const {
    const auto& snapshot = access_.snapshot();
    return {.check = Check::Column,
            .code = ErrorCode::ColumnAccessDenied,
            .resource = relation_name(snapshot, view) + '.' + quoted_name(column.name),
            .rule = refusal.rule,
            .message = "column \"" + std::string(column.name) + "\" of " +
                       relation_words(snapshot, view) +
                       " is not readable: it comes from what is refused",
            .hint = columns_hint(access_, view)};
  }

  const Access& access_;
  Mode mode_;
  Finds& finds_;
};

}  // namespace

void check_views(const Case& statement, Finds& finds) {
  ViewCheck check(statement, finds);
  for (const auto& use : statement.facts.relations) {
    if (use.relation != nullptr) check.check(use);
  }
}

}  // namespace policy::rules
