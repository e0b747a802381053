// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/output.h"

#include <algorithm>

namespace policy {
namespace {

using catalog::Column;
using catalog::Relation;

// A statement may read these columns of rows of pg_settings that it names (rules/setting_rows.h);
// which rows an answer holds it does not say.
bool is_judged_by_row(const Relation& relation) {
  return relation.is_built_in() && relation.name == "pg_settings";
}

bool is_whole_row_denied(const Access& access, const Relation& relation, const ViewDecision* view) {
  const auto is_denied = [](const Refusal* refusal) { return refusal != nullptr; };
  return access.has_refused_columns(relation) ||
         (view != nullptr && std::ranges::any_of(view->columns, is_denied));
}

bool is_denied_by_view(const ViewDecision& view, const Relation& relation, const Column& column) {
  if (view.columns.empty()) return false;
  return view.columns[static_cast<std::size_t>(&column - relation.columns.data())] != nullptr;
}

OutputVerdict judge_column(const Access& access, const Relation& relation, std::int16_t number) {
  const Column* column = relation.column(number);
  if (column == nullptr) return OutputVerdict::Unknown;
  if (access.column(relation, number) != nullptr) return OutputVerdict::Denied;
  const ViewDecision* view = access.view(relation);
  const bool is_denied = view != nullptr && is_denied_by_view(*view, relation, *column);
  return is_denied ? OutputVerdict::Denied : OutputVerdict::Readable;
}

}  // namespace

OutputVerdict judge_output(const Access& access, catalog::ColumnKey origin) {
  if (origin.relation == 0) return OutputVerdict::Readable;
  const Relation* relation = access.snapshot().relation(origin.relation);
  if (relation == nullptr) return OutputVerdict::Unknown;
  if (access.relation(*relation) != nullptr) return OutputVerdict::Denied;
  const ViewDecision* view = access.view(*relation);
  if (view != nullptr && view->rows != nullptr) return OutputVerdict::Denied;
  if (origin.column < 0 || is_judged_by_row(*relation)) return OutputVerdict::Readable;
  if (origin.column > 0) return judge_column(access, *relation, origin.column);
  return is_whole_row_denied(access, *relation, view) ? OutputVerdict::Denied
                                                      : OutputVerdict::Readable;
}

}  // namespace policy
