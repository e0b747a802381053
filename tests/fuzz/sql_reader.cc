// SPDX-License-Identifier: Apache-2.0
// Property: any bytes get a verdict. A text that cannot be read is refused with a message; one that
// can be read falls into statements in order, within the text, and each of them judged alone has
// the same class, fingerprint and answer.
#include <cstdint>
#include <string_view>

#include "policy/judge.h"
#include "tests/fuzz/canary.h"

namespace {

using fuzz::require;

policy::Verdict judge(std::string_view sql, const policy::Profile& profile) {
  return policy::judge({.sql = sql, .parameter_types = {}, .profile = profile});
}

void check_alone(std::string_view sql, const policy::StatementVerdict& whole,
                 const policy::Profile& profile) {
  const policy::Verdict alone = judge(sql.substr(whole.offset, whole.bytes), profile);
  require(alone.unreadable.empty() && alone.statements.size() == 1);
  const policy::StatementVerdict& one = alone.statements.front();
  require(one.statement_class == whole.statement_class && one.fingerprint == whole.fingerprint);
  require(one.allowed() == whole.allowed() && one.bytes == whole.bytes && one.offset == 0);
}

void check(std::string_view sql, const policy::Profile& profile) {
  const policy::Verdict verdict = judge(sql, profile);
  require(!fuzz::canary());
  if (!verdict.unreadable.empty()) {
    require(verdict.statements.empty() && !verdict.allowed());
    require(!verdict.refusal()->message.empty());
    return;
  }
  std::size_t end = 0;
  for (const auto& statement : verdict.statements) {
    require(statement.bytes > 0 && statement.offset >= end);
    end = statement.offset + statement.bytes;
    require(end <= sql.size());
    check_alone(sql, statement, profile);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view sql(reinterpret_cast<const char*>(data), size);
  for (const auto mode : {policy::Mode::ReadOnly, policy::Mode::Permissive}) {
    check(sql, {.mode = mode, .allow_explain = true, .search_path = "public"});
  }
  return 0;
}
