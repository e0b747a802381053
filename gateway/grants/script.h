// SPDX-License-Identifier: Apache-2.0
// The SQL that makes PostgreSQL itself refuse what a policy refuses of schemas, tables, columns and
// functions: one transaction that first takes from the role what it has, then gives what the policy
// allows. Pure text.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gateway/grants/rights.h"
#include "gateway/grants/server_facts.h"

namespace gateway::grants {

enum class BuiltIns : std::uint8_t { Keep, Revoke };

struct ScriptInputs {
  const Rights& rights;
  const ServerFacts& facts;
  std::string role{};
  std::string login{};  // a user that becomes the role (readonly_role); empty: it logs in itself
  std::vector<std::pair<std::string, std::string>> settings{};  // as the gateway pins them
  std::string subject{};  // for the header: which database and user of the configuration
  BuiltIns built_ins = BuiltIns::Keep;
};

std::string script(const ScriptInputs& inputs);

}  // namespace gateway::grants
