// SPDX-License-Identifier: Apache-2.0
// The names that rules are written with: "users", "hr.*", "*.*secret*", "\"Order Items\".note".
// Folded and cut as PostgreSQL does, so that they compare with names of a catalog. Knows no
// catalog.
#pragma once

#include <cstdint>
#include <expected>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace policy::rules {

inline constexpr std::size_t kNameBytesMax = 63;        // NAMEDATALEN - 1
inline constexpr std::size_t kPatternBytesMax = 1'024;  // of a whole pattern

// An unquoted part is folded and may hold globs: `*` any characters, `?` exactly one. A "quoted"
// one is exact: a `*` in it is a star.
struct NamePart {
  std::string text{};  // without quotes; without globs at most kNameBytesMax bytes
  bool has_globs = false;
  bool was_cut = false;  // it was written longer than PostgreSQL keeps a name
  // `name` as a catalog has it.
  bool matches(std::string_view name) const;
  bool operator==(const NamePart&) const = default;
};

// What a pattern may name, and so how many parts it has.
enum class NameKind : std::uint8_t {
  Schema,    // schema
  Relation,  // table, schema.table
  Column,    // table.column, schema.table.column
  Function,  // function, schema.function; without arguments
};

struct NamePattern {
  std::vector<NamePart> parts{};  // at least one

  // `names` from the outermost: schema, table, column. A pattern with fewer parts is compared with
  // the last ones, so "users.ssn" is of a table users in any schema; one with more never matches.
  bool matches(std::span<const std::string_view> names) const;
  bool matches(std::initializer_list<std::string_view> names) const;
  bool has_globs() const;
  bool operator==(const NamePattern&) const = default;
};

// The error is a phrase that follows what was written: "has an empty part".
std::expected<NamePattern, std::string> parse_name_pattern(std::string_view text, NameKind kind);

// True where every name that `narrow` matches is matched by `wide`, too. May be false where that is
// so by accident of how globs stand; never true where it is not so.
bool covers(const NamePart& wide, const NamePart& narrow);
bool covers(const NamePattern& wide, const NamePattern& narrow);

// True where a name may exist that both match; false where there can be none.
bool may_overlap(const NamePattern& a, const NamePattern& b);

// As the server does with an identifier that is not quoted (UTF-8: only ASCII letters are folded).
std::string fold_name(std::string_view name);

// The first kNameBytesMax bytes, but no part of a character.
std::string_view cut_name(std::string_view name);

}  // namespace policy::rules
