// SPDX-License-Identifier: Apache-2.0
// Functions, operators and casts that can run where the server's own are meant: one that fits
// better, or stands first in the path (CVE-2018-1058). Only those that the role can call.
#include <algorithm>
#include <set>

#include "gateway/doctor/checks.h"
#include "gateway/grants/quoting.h"

namespace gateway::doctor {
namespace {

namespace catalog = policy::catalog;
using catalog::Decision;
using catalog::Oid;

class ShadowCheck {
 public:
  ShadowCheck(const Patient& patient, Findings& findings)
      : snapshot_(patient.rights.snapshot()),
        path_(patient.rights.access().search_path()),
        findings_(findings) {
    for (const Row& row : patient.survey.of(Topic::Routines)) {
      callable_.insert(static_cast<Oid>(number_of(row[0])));
    }
  }

  void check() {
    for (const auto& function : snapshot_.functions()) check(function);
    for (const auto& each : snapshot_.operators()) check(each);
    for (const auto& cast : snapshot_.casts()) check(cast);
  }

 private:
  bool is_searched(Oid schema) const { return std::ranges::find(path_, schema) != path_.end(); }

  // The user's own, of no extension.
  bool is_own(const catalog::Function& function) const {
    return function.decision == Decision::NotBuiltIn && function.extension.empty() &&
           callable_.contains(function.oid);
  }

  void check(const catalog::Function& function) {
    if (!is_own(function) || !is_searched(function.schema)) return;
    const auto named = snapshot_.functions(function.name);
    const bool shadows = std::ranges::any_of(named, [&](const auto* each) {
      return each->decision != Decision::NotBuiltIn &&
             each->arguments.size() == function.arguments.size();
    });
    if (!shadows) return;
    const std::string routine = grants::routine_sql(snapshot_, function);
    add(findings_, "shadow.function", Severity::Warning, routine)
        .says("a call of the built-in of this name may run it instead",
              "ALTER ROUTINE " + routine + " RENAME TO …;");
  }

  void check(const catalog::Operator& each) {
    const auto* function = snapshot_.function(each.function);
    if (function == nullptr || !is_own(*function) || !is_searched(each.schema)) return;
    const auto named = snapshot_.operators(each.name);
    const bool shadows = std::ranges::any_of(
        named, [](const auto* other) { return other->oid < catalog::kFirstUserOid; });
    if (!shadows) return;
    add(findings_, "shadow.operator", Severity::Warning, std::string(each.name))
        .says("the built-in operator of this name may be this one, which runs " +
                  grants::routine_sql(snapshot_, *function),
              "DROP OPERATOR …; -- and give it another name");
  }

  void check(const catalog::Cast& cast) {
    const auto* function = snapshot_.function(cast.function);
    if (cast.context == 'e' || function == nullptr || !is_own(*function)) return;
    const auto* source = snapshot_.type(cast.source);
    const auto* target = snapshot_.type(cast.target);
    if (source == nullptr || target == nullptr) return;
    add(findings_, "shadow.cast", Severity::Warning,
        std::string(source->name) + " AS " + std::string(target->name))
        .says("a cast that nobody writes runs " + grants::routine_sql(snapshot_, *function),
              "DROP CAST …; -- and create it without AS IMPLICIT or AS ASSIGNMENT");
  }

  const catalog::Snapshot& snapshot_;
  std::span<const Oid> path_;
  Findings& findings_;
  std::set<Oid> callable_;
};

}  // namespace

void check_shadows(const Patient& patient, Findings& findings) {
  ShadowCheck(patient, findings).check();
}

}  // namespace gateway::doctor
