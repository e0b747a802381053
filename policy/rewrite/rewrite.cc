// SPDX-License-Identifier: Apache-2.0
#include "policy/rewrite/rewrite.h"

#include <algorithm>
#include <set>

#include "policy/rewrite/names.h"

namespace policy {
namespace {

using How = ColumnUse::How;
using Splices = std::vector<Splice>;
using Failure = std::optional<std::string>;  // the construct that stands in the way

bool is_refused(const Access& access, const RelationUse& use, std::int16_t column) {
  if (column == 0) return access.has_refused_columns(*use.relation);
  return access.column(*use.relation, column) != nullptr;
}

// A column that would be read though it may not be.
bool reads_refused(const Access& access, const RelationUse& use) {
  return std::ranges::any_of(use.columns, [&](const ColumnUse& column) {
    return column.how != How::Written && is_refused(access, use, column.column);
  });
}

// Where the relation loses columns, a name that meant one of them may come to mean another thing.
Failure named_loss(const Facts& facts, const Access& access) {
  for (const auto& use : facts.relations) {
    for (const auto& column : use.relation->columns) {
      if (!is_refused(access, use, column.number)) continue;
      const auto& names = facts.shape.column_names;
      if (std::ranges::find(names, column.name) != names.end()) {
        return "the name \"" + std::string(column.name) + "\"";
      }
    }
  }
  return std::nullopt;
}

std::string type_name(const catalog::Snapshot& snapshot, catalog::Oid oid) {
  const auto* type = snapshot.type(oid);
  if (type == nullptr) return "text";
  if (type->is_array) return type_name(snapshot, type->element) + "[]";
  return quote_name(snapshot.schema_name(type->schema)) + "." + quote_name(type->name);
}

// (SELECT "id", NULL::"pg_catalog"."text" AS "ssn" FROM "public"."users")
std::string substitute(const RelationUse& use, const Access& access) {
  const bool keeps_shape = access.policy().columns.on_denied == OnDenied::Null;
  const auto& snapshot = access.snapshot();
  std::string columns;
  const auto add = [&](const std::string& text) {
    if (!columns.empty()) columns += ", ";
    columns += text;
  };
  for (const auto& column : use.relation->columns) {
    if (!is_refused(access, use, column.number)) {
      add(quote_name(column.name));
    } else if (keeps_shape) {
      add("NULL::" + type_name(snapshot, column.type) + " AS " + quote_name(column.name));
    }
  }
  std::string text = "(SELECT " + columns + " FROM " +
                     quote_name(snapshot.schema_name(use.relation->schema)) + "." +
                     quote_name(use.relation->name) + ")";
  if (!use.has_alias) text += " AS " + quote_name(use.relation->name);
  return text;
}

// GROUP BY the primary key lets other columns of the table be named; a subquery's have no key.
bool needs_primary_key(const RelationUse& use) {
  if (!use.is_grouped || !use.relation->has_primary_key) return false;
  const auto& key = use.relation->unique_keys.front();
  const auto is_of_key = [&](std::int16_t number) {
    return std::ranges::find(key, number) != key.end();
  };
  const auto is_read = [&](std::int16_t number) {
    return std::ranges::any_of(use.columns,
                               [&](const ColumnUse& column) { return column.column == number; });
  };
  const auto is_other = [&](const ColumnUse& column) { return !is_of_key(column.column); };
  return std::ranges::all_of(key, is_read) && std::ranges::any_of(use.columns, is_other);
}

Failure replace_relation(std::string_view sql, const RelationUse& use, const Access& access,
                         Splices& splices) {
  const bool is_target = use.is_inserted || use.is_updated || use.is_deleted || use.is_defined;
  if (is_target || !use.is_read) return "the target of a write";
  if (use.is_locked) return "a row lock";
  if (needs_primary_key(use)) return "GROUP BY a primary key";
  const auto is_system = [](const ColumnUse& column) { return column.column < 0; };
  if (std::ranges::any_of(use.columns, is_system)) return "a system column";
  const auto end = name_end(sql, use.offset, use.name_parts);
  if (!end) return "the way that relation " + std::string(use.relation->name) + " is written";
  splices.push_back({use.offset, *end - use.offset, substitute(use, access)});
  return std::nullopt;
}

Failure replace_relations(std::string_view sql, const Facts& facts, const Access& access,
                          Splices& splices) {
  for (std::size_t i = 0; i < facts.relations.size(); ++i) {
    const auto& use = facts.relations[i];
    if (!reads_refused(access, use)) continue;
    if (auto failure = replace_relation(sql, use, access, splices)) return failure;
    // The subquery has the table's name, but no schema.
    for (const auto& name : facts.shape.qualified_names) {
      if (name.use != static_cast<std::int32_t>(i)) continue;
      const auto end = name_end(sql, name.offset, name.qualifiers);
      if (!end) return "a column that is named with its schema";
      splices.push_back({name.offset, *end - name.offset, quote_name(use.relation->name)});
    }
  }
  return std::nullopt;
}

bool star_loses(const StarUse& star, const Facts& facts, const Access& access) {
  return std::ranges::any_of(star.columns, [&](const StarUse::Column& column) {
    return column.use >= 0 &&
           is_refused(access, facts.relations[static_cast<std::size_t>(column.use)], column.column);
  });
}

Failure expand_star(std::string_view sql, const StarUse& star, const Facts& facts,
                    const Access& access, Splices& splices) {
  std::string list;
  for (const auto& column : star.columns) {
    const bool is_lost =
        column.use >= 0 &&
        is_refused(access, facts.relations[static_cast<std::size_t>(column.use)], column.column);
    if (is_lost) continue;
    if (!list.empty()) list += ", ";
    list += column.text;
  }
  const auto end = name_end(sql, star.offset, star.qualifiers + 1);
  if (!end || list.empty()) return "this star";
  splices.push_back({star.offset, *end - star.offset, std::move(list)});
  return std::nullopt;
}

Failure expand_stars(std::string_view sql, const Facts& facts, const Access& access,
                     Splices& splices) {
  for (const auto& star : facts.shape.stars) {
    if (!star_loses(star, facts, access)) continue;
    if (auto failure = expand_star(sql, star, facts, access, splices)) return failure;
  }
  return std::nullopt;
}

using Reads = std::set<std::int16_t>;

// Columns of `use` that may be read; a whole row is each of them.
Reads readable(const RelationUse& use, const Access& access) {
  Reads reads;
  for (const auto& column : use.columns) {
    if (column.how == How::Written) continue;
    if (column.column != 0) {
      if (!is_refused(access, use, column.column)) reads.insert(column.column);
      continue;
    }
    for (const auto& each : use.relation->columns) {
      if (!is_refused(access, use, each.number)) reads.insert(each.number);
    }
  }
  return reads;
}

}  // namespace

std::expected<std::vector<Splice>, std::string> rewrite(std::string_view sql, const Facts& facts,
                                                        const Access& access) {
  const auto& rules = access.policy().columns;
  const bool replaces = rules.on_denied != OnDenied::Reject;
  const bool keeps_shape = rules.on_denied == OnDenied::Null;
  if (!replaces && rules.select_star_policy != SelectStar::ExpandSafe) return Splices{};
  if (!keeps_shape) {
    if (!facts.shape.fragile.empty()) return std::unexpected(facts.shape.fragile.front());
    if (auto failure = named_loss(facts, access)) return std::unexpected(*failure);
  }
  Splices splices;
  const auto failure = replaces ? replace_relations(sql, facts, access, splices)
                                : expand_stars(sql, facts, access, splices);
  if (failure) return std::unexpected(*failure);
  std::ranges::sort(splices, {}, &Splice::offset);
  for (std::size_t i = 1; i < splices.size(); ++i) {
    if (splices[i - 1].offset + splices[i - 1].bytes > splices[i].offset) {
      return std::unexpected("a relation that is named twice in one place");
    }
  }
  return splices;
}

std::string splice_text(std::string_view sql, const std::vector<Splice>& splices) {
  std::string text;
  std::size_t at = 0;
  for (const auto& splice : splices) {
    text.append(sql.substr(at, splice.offset - at)).append(splice.text);
    at = splice.offset + splice.bytes;
  }
  return text.append(sql.substr(at));
}

bool means_the_same(const Facts& before, const Facts& after, const Access& access) {
  if (before.relations.size() != after.relations.size()) return false;
  for (std::size_t i = 0; i < before.relations.size(); ++i) {
    const auto& one = before.relations[i];
    const auto& other = after.relations[i];
    if (one.relation != other.relation) return false;
    const Reads wanted = readable(one, access);
    const Reads got = readable(other, access);
    const bool is_replaced =
        access.policy().columns.on_denied != OnDenied::Reject && reads_refused(access, one);
    if (is_replaced ? !std::ranges::includes(got, wanted) : got != wanted) return false;
  }
  return true;
}

}  // namespace policy
