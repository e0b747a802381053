// SPDX-License-Identifier: Apache-2.0
// What an operator wrote under `access_policy`, as plain data. Paths of violations are the keys
// here: "columns.denied[1]". docs/policy.md has each with an example.
#pragma once

#include <string>
#include <vector>

namespace policy {

enum class OnDenied : unsigned char { Reject, Filter, Null };
enum class SelectStar : unsigned char { Reject, ExpandSafe };
enum class Views : unsigned char { Transparent, Strict, Opaque };
enum class SystemCatalogs : unsigned char { Safe, None, All };

// Names are folded as PostgreSQL folds them; "quoted ones" are exact. Globs: * and ?.
struct TableRules {
  std::vector<std::string> allowed{};  // not empty: exhaustive, and beats `denied`
  std::vector<std::string> denied{};
  bool operator==(const TableRules&) const = default;
};

struct ColumnRules {
  std::vector<std::string> denied{};           // table.column or schema.table.column
  std::vector<std::string> denied_patterns{};  // the same with globs
  OnDenied on_denied = OnDenied::Reject;
  SelectStar select_star_policy = SelectStar::Reject;
  bool operator==(const ColumnRules&) const = default;
};

struct FunctionRules {
  std::vector<std::string> allowed{};  // name, schema.name, or schema.name(types); adds
  std::vector<std::string> denied{};   // beats everything
  std::vector<std::string> extensions{};
  bool operator==(const FunctionRules&) const = default;
};

struct AccessPolicy {
  std::vector<std::string> allowed_schemas{};  // empty: all
  TableRules tables{};
  ColumnRules columns{};
  FunctionRules functions{};
  Views views = Views::Transparent;
  std::vector<std::string> trusted_views{};
  SystemCatalogs system_catalogs = SystemCatalogs::Safe;
  std::vector<std::string> foreign_tables{};
  bool operator==(const AccessPolicy&) const = default;
};

}  // namespace policy
