// SPDX-License-Identifier: Apache-2.0
// A catalog small enough to read: PostgreSQL's own OIDs for built-in types, a few functions,
// operators and casts that the tests add to.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "policy/catalog/pseudo_types.h"
#include "policy/catalog/typing.h"

namespace policy::catalog {

constexpr Oid kPgCatalog = 11, kPublic = 2200, kOther = 20000;
constexpr Oid kVarchar = 1043, kFloat8 = 701, kDate = 1082, kTimestamptz = 1184, kInt4Array = 1007;
constexpr Oid kInt4Range = 3904, kInt4Multirange = 4451, kBytea = 17;
constexpr Oid kShortText = 16401, kMood = 16402, kPair = 16403, kUserType = 16404;
constexpr Oid kShortTexts = 16405, kShorterText = 16406, kPairRelation = 16410;
constexpr Oid kParentRow = 16411, kChildRow = 16412, kParent = 16413, kChild = 16414;
constexpr Oid kCheckFunction = 16501, kCastFunction = 16502;

class SmallWorld {
 public:
  SmallWorld();

  // Each returns the OID that it gave.
  Oid function(std::string_view name, std::vector<Oid> arguments, Oid result,
               Oid schema = kPgCatalog);
  Oid variadic(std::string_view name, std::vector<Oid> arguments, Oid element, Oid result,
               Oid schema = kPgCatalog);
  Oid named(std::string_view name, std::initializer_list<NamedType> arguments, int defaults,
            Oid result, Oid schema = kPgCatalog);
  Oid op(std::string_view name, Oid left, Oid right, Oid result, Oid schema = kPgCatalog);
  void cast(Oid source, Oid target, char context, Oid function = 0);

  const Snapshot& snapshot();  // of what was added before the first call
  Choice call(std::string_view name, std::vector<Argument> arguments);
  Choice call(std::string_view name, std::initializer_list<Oid> types);
  OperatorChoice apply(std::optional<Oid> left, std::string_view name, Oid right);

  std::vector<Oid> path{kPgCatalog, kPublic, kOther};
  bool is_variadic = false;

 private:
  Type& type(Oid oid, std::string_view name, char category, TypeKind kind = TypeKind::Base);
  void add_built_in_types();
  void add_user_types();

  Rows rows_;
  Oid last_oid_ = 30000;
  std::unique_ptr<Snapshot> snapshot_;
};

std::vector<Oid> oids(const Choice& choice);
std::vector<Oid> oids(const OperatorChoice& choice);

}  // namespace policy::catalog
