// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/policy/plan/plan_world.h"

#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "policy/catalog/json.h"
#include "policy/rules/access.h"

namespace policy {
namespace {

using Plans = std::map<std::string, std::string, std::less<>>;

std::shared_ptr<const Access> access() {
  static const auto made = [] {
    std::ifstream file(POSTERN_PLANS "/plan.catalog.json");
    auto rows = catalog::load_json(std::string{std::istreambuf_iterator<char>(file), {}});
    if (!rows) throw std::runtime_error(rows.error());
    return std::make_shared<const Access>(
        AccessPolicy{}, std::make_shared<const catalog::Snapshot>(*std::move(rows)),
        std::vector<std::string>{"public"});
  }();
  return made;
}

Plans read_plans(const char* name) {
  Plans plans;
  std::ifstream file(name);
  for (std::string line; std::getline(file, line);) {
    const auto parsed = nlohmann::json::parse(line);
    plans[parsed["sql"].get<std::string>()] = parsed["plan"].dump();
  }
  return plans;
}

const Plans& plans_of(int major) {
  static const Plans of_15 = read_plans(POSTERN_PLANS "/plans.jsonl");
  static const Plans of_18 = read_plans(POSTERN_PLANS "/plans.18.jsonl");
  return major == 18 ? of_18 : of_15;
}

}  // namespace

Profile plan_profile(const PlanLimits& limits) {
  Profile profile;
  profile.mode = Mode::Permissive;
  profile.allow_explain = true;
  profile.access = access();
  profile.plan = limits;
  return profile;
}

std::string recorded_plan(std::string_view sql, int major) {
  const auto found = plans_of(major).find(sql);
  return found == plans_of(major).end() ? std::string{} : found->second;
}

std::vector<std::string> recorded_statements() {
  std::vector<std::string> all;
  for (const auto& [sql, plan] : plans_of(15)) all.push_back(sql);
  return all;
}

StatementVerdict verdict_of(std::string_view sql, const Profile& profile) {
  return judge({.sql = sql, .parameter_types = {}, .profile = profile}).statements.front();
}

}  // namespace policy
