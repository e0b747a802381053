// SPDX-License-Identifier: Apache-2.0
// Columns, in whatever clause: a predicate tells as much as an output.
#include "policy/rules/hints.h"
#include "policy/rules/rule.h"
#include "policy/rules/setting_rows.h"
#include "policy/rules/words.h"

namespace policy::rules {
namespace {

using catalog::Relation;
using How = ColumnUse::How;

std::string message_for(How how, const std::string& column, const std::string& relation) {
  const std::string subject = "column " + column + " of " + relation;
  switch (how) {
    case How::Named: return subject + " is not readable";
    case How::Star: return "* reads " + subject + ", which is not readable";
    case How::WholeRow: return "the whole row holds " + subject + ", which is not readable";
    case How::Join: return "the join compares " + subject + ", which is not readable";
    case How::Written: return subject + " may not be written";
  }
  return subject + " is not readable";
}

std::string hint_for(How how, const Access& access, const Relation& relation) {
  if (how != How::Star && how != How::WholeRow) return columns_hint(access, relation);
  const std::string columns = readable_columns(access, relation);
  if (columns.empty()) return columns_hint(access, relation);
  const std::string instead = how == How::Star ? "*" : "the whole row";
  return "List the columns instead of " + instead + ": " + columns + '.';
}

// Of pg_settings: what SHOW tells.
bool is_setting(const catalog::Column& column) {
  return column.name == "setting" || column.name == "boot_val" || column.name == "reset_val";
}

class ColumnCheck {
 public:
  ColumnCheck(const Access& access, Finds& finds) : access_(access), finds_(finds) {}

  // Of the next relation: `is_shown` where the catalog's own rule was looked at already.
  void begin(bool is_shown) { is_shown_ = is_shown; }
  void check(const Relation& relation, const ColumnUse& use) {
    if (use.column != 0) return check_one(relation, use.column, use);
    for (const auto& column : relation.columns) check_one(relation, column.number, use);
  }

 private:
  void check_one(const Relation& relation, std::int16_t number, const ColumnUse& use) {
    const Refusal* refusal = access_.column(relation, number);
    const auto* column = relation.column(number);
    if (refusal == nullptr || (is_shown_ && column != nullptr && is_setting(*column))) return;
    const std::string name = column == nullptr ? std::to_string(number) : std::string(column->name);
    const auto& snapshot = access_.snapshot();
    finds_.push_back(
        {.violation = {.check = Check::Column,
                       .code = refusal->code,
                       .resource = relation_name(snapshot, relation) + '.' + quoted_name(name),
                       .rule = refusal->rule,
                       .message = message_for(use.how, '"' + name + '"',
                                              relation_words(snapshot, relation)),
                       .hint = hint_for(use.how, access_, relation)},
         .offset = use.offset});
  }

  const Access& access_;
  Finds& finds_;
  bool is_shown_ = false;
};

}  // namespace

void check_columns(const Case& statement, Finds& finds) {
  ColumnCheck check(statement.access, finds);
  for (const auto& use : statement.facts.relations) {
    if (use.relation == nullptr) continue;
    check.begin(reads_named_settings(statement.access, use));
    for (const auto& column : use.columns) check.check(*use.relation, column);
  }
}

}  // namespace policy::rules
