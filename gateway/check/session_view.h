// SPDX-License-Identifier: Apache-2.0
// What a session of the wire would be told, step by step, when every statement that is let pass
// succeeds. Keeps what names stand for: a verdict on EXECUTE, FETCH or a Bind depends on it. Pure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/check/step.h"
#include "policy/judge.h"

namespace gateway::check {

struct Outcome {
  std::string sql{};                                 // that was judged; empty: none
  std::shared_ptr<const policy::Verdict> verdict{};  // on `sql`; null: the step carries no SQL
  // What the session refuses besides: a name, a startup parameter. No positions.
  std::vector<policy::Violation> refusals{};
  bool allowed() const { return refusals.empty() && (!verdict || verdict->allowed()); }
};

class SessionView {
 public:
  SessionView(const policy::Profile& profile, int server_major)
      : profile_(profile), server_major_(server_major) {}

  Outcome run(const Step& step);

 private:
  using Violations = std::vector<policy::Violation>;

  // What a name stands for. A refused text never reaches the server, so its name does not exist
  // there; it is remembered so that its uses are refused for the text's own reason.
  struct Held {
    Violations refusals{};
    std::shared_ptr<const policy::Verdict> text{};  // of a Parse
    bool allowed() const { return refusals.empty(); }
  };
  using Names = std::map<std::string, Held, std::less<>>;

  Outcome query(const Step& step);
  Outcome parse(const Step& step);
  Outcome bind(const Step& step);
  Outcome execute(const Step& step);
  Outcome startup(const Step& step) const;
  Outcome function_call(const Step& step) const;
  std::shared_ptr<const policy::Verdict> judge(const Step& step) const;
  Violations behind_ddl(const policy::Verdict& verdict) const;
  void note_transaction(const policy::StatementVerdict& statement);
  Violations use_names(const policy::StatementVerdict& statement, const Violations& of_text);
  void drop_all_names();

  const policy::Profile& profile_;
  int server_major_;
  Names statements_{}, portals_{};
  bool is_in_transaction_ = false, has_changed_schema_ = false;
};

}  // namespace gateway::check
