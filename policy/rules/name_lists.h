// SPDX-License-Identifier: Apache-2.0
// The lists of an access policy that name schemas, relations and columns, read once. An entry that
// cannot be read, which the configuration's own check refuses, names everything in a list that
// refuses and nothing in one that allows.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/rules/access.h"
#include "policy/rules/binding.h"
#include "policy/rules/name_pattern.h"

namespace policy::rules {

// Names are compared as PostgreSQL compares them; a part with globs refuses in upper and lower
// case.
struct DenyEntry {
  std::optional<NamePattern> pattern{};  // nothing: could not be read
  Refusal refusal{};                     // with the path of this entry
};

// Refusals live as long as the list.
std::vector<DenyEntry> read_denied(std::span<const std::string> entries, NameKind kind,
                                   const Refusal& refusal);

// Does it name `relation` of `schema`, which is one of the user's?
bool names_relation(const DenyEntry& entry, std::string_view schema, std::string_view relation);

// The same for a relation of the system: a pattern that is wide by its globs does not mean it, as
// `system_catalogs` decides about those.
bool points_at_relation(const DenyEntry& entry, std::string_view schema, std::string_view relation);

// Of an entry that names table and column: whether its table is this one, wherever it is.
bool names_table_of(const DenyEntry& entry, std::string_view schema, std::string_view relation);
bool points_at_table_of(const DenyEntry& entry, std::string_view schema, std::string_view relation);
bool names_column(const DenyEntry& entry, std::string_view column);

// A list that allows. A plain name without schema ("orders") means the schemas of the search path
// and those that `allowed_schemas` names without globs; a glob ("*") means every schema.
class AllowList {
 public:
  AllowList(std::span<const std::string> entries, NameKind kind, const Binding& binding);
  bool is_written() const { return is_written_; }
  bool names(std::string_view schema, std::string_view name) const;
  bool names(std::string_view schema) const;
  // By a name without globs.
  bool spells(std::string_view schema, std::string_view name) const;

 private:
  bool is_home(std::string_view schema) const;
  bool fits(const NamePattern& pattern, std::string_view schema, std::string_view name) const;

  bool is_written_ = false;
  std::vector<NamePattern> patterns_;
  std::vector<std::string> homes_;
};

// The schemas that a plain name in a list that allows may mean.
std::vector<std::string> home_schemas(const Binding& binding);

}  // namespace policy::rules
