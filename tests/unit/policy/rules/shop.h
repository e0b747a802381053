// SPDX-License-Identifier: Apache-2.0
// A small catalog made by hand, policies over it, and facts in a few words.
#pragma once

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/rules/access.h"
#include "policy/rules/rule.h"

namespace policy::rules {

// Adds rows; OIDs count up from the first user OID, or are given.
class Rowset {
 public:
  catalog::Oid schema(std::string_view name);
  catalog::Oid type(std::string_view schema, std::string_view name, catalog::Oid oid = 0);
  // "schema.name"; columns are numbered from 1.
  catalog::Relation& relation(std::string_view name,
                              std::initializer_list<std::string_view> columns,
                              catalog::RelationKind kind = catalog::RelationKind::Table);
  catalog::Function& function(std::string_view name, std::vector<catalog::Oid> arguments);
  catalog::Function& built_in(std::string_view name, std::vector<catalog::Oid> arguments,
                              catalog::Decision decision = catalog::Decision::Allowed,
                              std::string_view reason = {});
  catalog::Oid oid(std::string_view relation) const;
  catalog::Rows rows{};

 private:
  catalog::Oid next_ = catalog::kFirstUserOid;
  catalog::Oid next_built_in_ = 5000;
};

constexpr catalog::Oid kVarchar = 1043;

// users (id, email, full_name, password_hash, ssn), orders, user_credentials with partitions,
// views…
Rowset shop_rows();

// The policy of the shared corpus, without its functions.
AccessPolicy shop_policy();

class Shop {
 public:
  explicit Shop(AccessPolicy policy = shop_policy(), Rowset rows = shop_rows(),
                std::map<std::string, Lineage, std::less<>> lineages = {});
  const Access& access() const { return access_; }
  const catalog::Snapshot& snapshot() const { return *snapshot_; }
  const catalog::Relation& relation(std::string_view name) const;
  const catalog::Function& function(std::string_view name) const;  // the first of that name
  // The rule path, or "" where it is readable.
  std::string relation_rule(std::string_view name) const;
  std::string column_rule(std::string_view relation, std::string_view column) const;
  std::string function_rule(std::string_view name) const;

  RelationUse use(std::string_view relation, std::initializer_list<std::string_view> columns,
                  ColumnUse::How how = ColumnUse::How::Named) const;
  CallUse call(std::string_view name, CallUse::Kind kind = CallUse::Kind::Function) const;
  Finds judge(const Facts& facts, void (*rule)(const Case&, Finds&) = nullptr,
              Mode mode = Mode::ReadOnly) const;

 private:
  std::shared_ptr<const catalog::Snapshot> snapshot_;
  Access access_;
};

}  // namespace policy::rules
