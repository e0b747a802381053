// SPDX-License-Identifier: Apache-2.0
// Entries of functions.allowed and functions.denied: name, schema.name, schema.name(types), globs.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "policy/rules/binding.h"
#include "policy/rules/name_pattern.h"

namespace policy::rules {

struct FunctionEntry {
  std::optional<NamePattern> name{};  // nothing: could not be read
  bool has_types = false;
  std::optional<std::vector<catalog::Oid>> types{};  // nothing: not written, or not understood
};

FunctionEntry read_function_entry(const Binding& binding, std::string_view text);

// Does an entry that refuses name `function`? What could not be understood of it refuses more.
bool may_name(const FunctionEntry& entry, const catalog::Function& function,
              std::string_view schema);

// Does an entry that allows name it? What could not be understood of it allows nothing. The caller
// looks whether a name without schema may mean this one.
bool names(const FunctionEntry& entry, const catalog::Function& function, std::string_view schema);

}  // namespace policy::rules
