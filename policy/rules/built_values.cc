// SPDX-License-Identifier: Apache-2.0
// Values that constants make large. The plan gate's question would compute them, too: they are told
// before it is asked.
#include <cmath>
#include <string>

#include "policy/rules/rule.h"

namespace policy::rules {
namespace {

// Together, in one statement.
constexpr double kBuiltBytesMax = 10'000'000;

std::string bytes_text(double bytes) {
  return bytes < 1e15 ? std::to_string(static_cast<long long>(bytes)) : "more than 10^15";
}

Violation too_large(const BuiltValue& built) {
  Violation violation;
  violation.check = Check::Plan;
  violation.code = ErrorCode::QueryTooExpensive;
  violation.resource = built.function;
  violation.rule = "explain_policy";
  violation.message = "query too expensive: " + built.function +
                      "() makes about as much of its constants as a value of " +
                      bytes_text(built.bytes) + " bytes, the limit is " +
                      bytes_text(kBuiltBytesMax);
  violation.hint = "Use smaller constants, or build such values in the client.";
  return violation;
}

}  // namespace

void check_built_values(const Case& statement, Finds& finds) {
  const BuiltValue& built = statement.facts.built;
  if (!statement.profile.plan || !(built.bytes > kBuiltBytesMax)) return;
  finds.push_back({.violation = too_large(built), .offset = built.offset});
}

}  // namespace policy::rules
