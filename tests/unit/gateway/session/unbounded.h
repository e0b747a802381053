// SPDX-License-Identifier: Apache-2.0
// Verdicts that leave statements to their plans, whatever the engine makes of them, and plans as
// PostgreSQL shows them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/rules/access.h"
#include "tests/unit/gateway/pgwire/bytes.h"

namespace gateway::session {

// Judged without its access policy, so that no catalog need hold what it names. Every statement
// that could have a plan needs one; so does what a PREPARE or EXECUTE names.
inline std::shared_ptr<const policy::Verdict> unbounded_verdict(const policy::Question& question,
                                                                std::string_view marker = "") {
  using Class = policy::StatementClass;
  policy::Profile profile = question.profile;
  profile.access = nullptr;
  policy::Question bare{question.sql, question.parameter_types, profile, question.server_major};
  auto verdict = std::make_shared<policy::Verdict>(policy::judge(bare));
  verdict->access = question.profile.access;
  for (policy::StatementVerdict& statement : verdict->statements) {
    statement.facts = std::make_shared<const policy::Facts>();
    const auto text = question.sql.substr(statement.offset, statement.bytes);
    const bool has_plan = statement.statement_class == Class::Select ||
                          statement.statement_class == Class::Insert ||
                          statement.statement_class == Class::Prepare ||
                          statement.statement_class == Class::Execute ||
                          statement.statement_class == Class::DeclareCursor;
    const bool is_execute = statement.statement_class == Class::Execute;
    statement.needs_plan = has_plan && (is_execute || text.find(marker) != std::string_view::npos);
    statement.planned_offset = statement.offset;
    statement.planned_bytes = statement.bytes;
  }
  return verdict;
}

// `limits` over a catalog that is empty.
inline policy::Profile gated(policy::PlanLimits limits = {}) {
  limits.on_cost_exceeded = policy::OnCostExceeded::Deny;
  policy::catalog::Rows rows{.server_major = 15};
  rows.schemas.push_back({.oid = 2200, .name = rows.keep("public")});
  policy::Profile profile;
  profile.mode = policy::Mode::Balanced;
  profile.access = std::make_shared<const policy::Access>(
      policy::AccessPolicy{}, std::make_shared<const policy::catalog::Snapshot>(std::move(rows)),
      std::vector<std::string>{"public"});
  profile.plan = limits;
  return profile;
}

inline std::string plan_row(int cost) {
  const std::string json = R"([{"Plan": {"Node Type": "Result", "Startup Cost": 0.00, )"
                           R"("Total Cost": )" +
                           std::to_string(cost) + R"(.00, "Plan Rows": 1, "Plan Width": 4}}])";
  return wire::frame('D',
                     wire::be16(1) + wire::be32(static_cast<std::uint32_t>(json.size())) + json);
}

}  // namespace gateway::session
