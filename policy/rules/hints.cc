// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/hints.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "policy/rules/binding.h"
#include "policy/rules/words.h"

namespace policy::rules {
namespace {

using std::string_view;

constexpr std::size_t kNamesMax = 20;

// Joins the first few of what is added.
class NameList {
 public:
  void add(string_view name) {
    if (++count_ > kNamesMax) return;
    if (!text_.empty()) text_.append(", ");
    text_.append(quoted_name(name));
  }
  std::string text() const {
    if (count_ <= kNamesMax) return text_;
    return text_ + " and " + std::to_string(count_ - kNamesMax) + " more";
  }

 private:
  std::string text_;
  std::size_t count_ = 0;
};

bool is_readable(const Access& access, const catalog::Relation& relation,
                 const catalog::Column& column) {
  if (access.column(relation, column.number) != nullptr) return false;
  const ViewDecision* view = access.view(relation);
  if (view == nullptr || view->columns.empty()) return true;
  const auto index = index_in(std::span(relation.columns), column);
  return index && view->columns[*index] == nullptr;
}

bool is_readable(const Access& access, const catalog::Relation& relation) {
  if (access.relation(relation) != nullptr) return false;
  const ViewDecision* view = access.view(relation);
  return view == nullptr || (view->rows == nullptr && view->calls.empty());
}

// Levenshtein's; stops early where the lengths alone differ by more than `most`.
std::size_t distance(string_view a, string_view b, std::size_t most) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > most) return most + 1;
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row[b.size()];
}

// The nearest of what is offered, if it is near enough to be a slip.
class Nearest {
 public:
  explicit Nearest(string_view name)
      : name_(name), most_(std::max<std::size_t>(name.size() / 3, 1)) {}

  bool offer(string_view candidate) {
    const std::size_t found = distance(name_, candidate, most_);
    if (found >= best_ || found > most_) return false;
    best_ = found;
    return true;
  }

 private:
  string_view name_;
  std::size_t most_;
  std::size_t best_ = static_cast<std::size_t>(-1);
};

std::string perhaps(const std::string& name) {
  return name.empty() ? std::string() : "Perhaps " + name + " is meant.";
}

}  // namespace

std::string readable_columns(const Access& access, const catalog::Relation& relation) {
  NameList names;
  for (const auto& column : relation.columns) {
    if (is_readable(access, relation, column)) names.add(column.name);
  }
  return names.text();
}

std::string columns_hint(const Access& access, const catalog::Relation& relation) {
  const std::string name = relation_name(access.snapshot(), relation);
  const std::string columns = readable_columns(access, relation);
  if (columns.empty()) return "No column of " + name + " is readable.";
  return "Readable columns of " + name + ": " + columns + '.';
}

std::string nearest_relation_hint(const Access& access, string_view name, string_view schema) {
  if (name.empty()) return {};
  Nearest nearest(name);
  const catalog::Relation* best = nullptr;
  for (const auto& relation : access.snapshot().relations()) {
    const string_view its_schema = access.snapshot().schema_name(relation.schema);
    const bool is_elsewhere = !schema.empty() && its_schema != schema;
    if (is_catalog_schema(its_schema) || (is_elsewhere && relation.name != name)) continue;
    if (is_readable(access, relation) && nearest.offer(relation.name)) best = &relation;
  }
  return perhaps(best == nullptr ? std::string() : relation_name(access.snapshot(), *best));
}

std::string schemas_hint(const Access& access) {
  if (access.policy().allowed_schemas.empty()) return {};
  NameList names;
  for (const auto& schema : access.snapshot().schemas()) {
    if (is_catalog_schema(schema.name) || access.schema(schema.name) != nullptr) continue;
    names.add(schema.name);
  }
  const std::string text = names.text();
  return text.empty() ? std::string() : "Schemas that may be used: " + text + '.';
}

}  // namespace policy::rules
