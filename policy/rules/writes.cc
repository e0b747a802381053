// SPDX-License-Identifier: Apache-2.0
// What may be written, locked or redefined, and that a change of every row is meant.
#include "policy/rules/binding.h"
#include "policy/rules/rule.h"
#include "policy/rules/words.h"

namespace policy::rules {
namespace {

using catalog::RelationKind;

bool is_changed(const RelationUse& use) {
  return use.is_inserted || use.is_updated || use.is_deleted;
}

bool can_hold_rows(RelationKind kind) {
  return kind == RelationKind::Table || kind == RelationKind::Partitioned ||
         kind == RelationKind::View || kind == RelationKind::Foreign;
}

class WriteCheck {
 public:
  WriteCheck(const Case& statement, Finds& finds) : statement_(statement), finds_(finds) {}

  void check(const RelationUse& use) {
    if (is_system(use) && (is_changed(use) || use.is_locked || use.is_defined)) {
      return add(use, "system_catalogs", " may only be read",
                 "DDL changes the system catalogs; they are not written directly.");
    }
    if (is_changed(use) && !can_hold_rows(use.relation->kind)) {
      return add(use, "never", " cannot be written", "");
    }
    const Refusal* refusal = use.is_defined ? column_refusal(*use.relation) : nullptr;
    if (refusal != nullptr) {
      add(use, refusal->rule, " may not be redefined: a rule refuses some of its columns",
          "Rules name columns as they are; ask the owner of the table to change it.");
    }
    if (statement_.profile.mode == Mode::Balanced && !use.has_where) check_where(use);
  }

 private:
  bool is_system(const RelationUse& use) const {
    return use.relation->is_built_in() ||
           is_catalog_schema(statement_.access.snapshot().schema_name(use.relation->schema));
  }

  // Of the first column that is refused.
  const Refusal* column_refusal(const catalog::Relation& relation) const {
    for (const auto& column : relation.columns) {
      const Refusal* refusal = statement_.access.column(relation, column.number);
      if (refusal != nullptr) return refusal;
    }
    return nullptr;
  }

  void check_where(const RelationUse& use) {
    if (!use.is_updated && !use.is_deleted) return;
    const std::string_view verb = use.is_updated ? "UPDATE" : "DELETE";
    const std::string name = relation_name(statement_.access.snapshot(), *use.relation);
    finds_.push_back({.violation = {.check = Check::Statement,
                                    .code = ErrorCode::UnsafeSql,
                                    .resource = std::string(verb),
                                    .rule = "where",
                                    .message = std::string(verb) +
                                               " without WHERE changes every "
                                               "row of " +
                                               name,
                                    .hint = "Add a WHERE clause that says which rows are meant."},
                      .offset = use.offset});
  }

  void add(const RelationUse& use, std::string_view rule, std::string_view why,
           std::string_view hint) {
    const auto& snapshot = statement_.access.snapshot();
    finds_.push_back({.violation = {.check = Check::Table,
                                    .code = ErrorCode::TableAccessDenied,
                                    .resource = relation_name(snapshot, *use.relation),
                                    .rule = std::string(rule),
                                    .message = relation_words(snapshot, *use.relation).append(why),
                                    .hint = std::string(hint)},
                      .offset = use.offset});
  }

  const Case& statement_;
  Finds& finds_;
};

}  // namespace

void check_writes(const Case& statement, Finds& finds) {
  WriteCheck check(statement, finds);
  for (const auto& use : statement.facts.relations) {
    if (use.relation != nullptr) check.check(use);
  }
}

}  // namespace policy::rules
