// SPDX-License-Identifier: Apache-2.0
// Which functions of a catalog may be called.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "policy/judge.h"
#include "policy/rules/access.h"
#include "policy/rules/binding.h"
#include "policy/rules/function_entries.h"
#include "policy/rules/relation_decisions.h"

namespace policy::rules {

class FunctionRules {
 public:
  // `harmless`: sorted OIDs of functions whose bodies do only what their caller may (bodies.h).
  FunctionRules(const Binding& binding, const RelationRules& relations,
                std::span<const catalog::Oid> harmless);
  // In the order of Snapshot::functions(). Refusals live as long as the rules.
  std::vector<const Refusal*> decide() const;
  // Of another catalog, or not decided.
  static const Refusal* unknown();

 private:
  struct Denied {
    FunctionEntry entry{};
    Refusal refusal{};
  };
  const Refusal* own(const catalog::Function& function) const;
  const Refusal* built_in(const catalog::Function& function, std::string_view schema) const;
  const Refusal* others(const catalog::Function& function, std::string_view schema) const;
  const Refusal* denied(const catalog::Function& function, std::string_view schema) const;
  bool is_allowed(const catalog::Function& function, std::string_view schema) const;
  bool is_spelled(const catalog::Function& function, std::string_view schema) const;

  Binding binding_;
  const RelationRules& relations_;
  std::span<const catalog::Oid> harmless_;
  std::vector<FunctionEntry> allowed_;
  std::vector<Denied> denied_;
  std::vector<std::string> homes_;
  Refusal by_allowed_, by_extension_;
};

// Does `mode` allow what `refusal` refuses of `function`?
bool is_lifted_by(Mode mode, const catalog::Function& function, const Refusal& refusal);

}  // namespace policy::rules
