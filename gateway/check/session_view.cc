// SPDX-License-Identifier: Apache-2.0
#include "gateway/check/session_view.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "gateway/check/facts_json.h"
#include "gateway/session/names.h"
#include "policy/changed_schema.h"
#include "policy/function_call.h"
#include "policy/guc.h"
#include "policy/rules/access.h"

namespace gateway::check {
namespace {

using policy::ErrorCode;
using policy::Violation;
using Kind = policy::Effect::Kind;

Violation refused(ErrorCode code, std::string resource, std::string message, std::string hint) {
  return {.check = policy::Check::Statement,
          .code = code,
          .resource = std::move(resource),
          .rule = "session",
          .message = std::move(message),
          .hint = std::move(hint)};
}

// What it holds cannot be known. The wire refuses it as well, in PostgreSQL's words.
Violation unknown_name(std::string_view kind, std::string_view name) {
  return refused(ErrorCode::BadRequest, std::string(name),
                 std::string(kind) + " \"" + std::string(name) + "\" does not exist",
                 "Only what the session itself prepared can be judged.");
}

std::vector<Violation> all_of(const policy::Verdict& verdict) {
  std::vector<Violation> all = verdict.unreadable;
  for (const auto& statement : verdict.statements) {
    all.insert(all.end(), statement.violations.begin(), statement.violations.end());
  }
  if (all.empty() && !verdict.allowed()) all.push_back(*verdict.refusal());
  for (Violation& violation : all) violation.position = 0;  // of another text
  return all;
}

bool is_false(std::string_view value) {
  return value == "false" || value == "off" || value == "no" || value == "0" || value == "f";
}

std::string without_spaces(std::string_view text) {
  std::string out(text);
  std::erase(out, ' ');
  return out;
}

// 0, which no function has, where it is not known.
policy::catalog::Oid oid_of(std::string_view function, const policy::Profile& profile) {
  policy::catalog::Oid oid = 0;
  const char* end = function.data() + function.size();
  const auto read = std::from_chars(function.data(), end, oid);
  if (read.ec == std::errc{} && read.ptr == end) return oid;
  if (profile.access == nullptr) return 0;
  const auto& snapshot = profile.access->snapshot();
  const std::string wanted = without_spaces(function);
  const auto is_meant = [&](const policy::catalog::Function& each) {
    if (!wanted.contains(each.name)) return false;
    const std::string text = without_spaces(signature(each, snapshot));
    return text == wanted || text == "pg_catalog." + wanted;
  };
  const auto found = std::ranges::find_if(snapshot.functions(), is_meant);
  return found == snapshot.functions().end() ? 0 : found->oid;
}

template <typename Map, typename Value>
void hold(Map& names, std::string_view name, Value held) {
  const std::string key(session::name_key(name));
  const auto found = names.find(key);
  // A refused text leaves what the name stood for.
  if (found != names.end() && found->second.allowed() && !held.allowed()) return;
  names.insert_or_assign(key, std::move(held));
}

template <typename Map>
const auto* look_up(const Map& names, std::string_view name) {
  const auto found = names.find(session::name_key(name));
  return found == names.end() ? nullptr : &found->second;
}

template <typename Map>
void drop(Map& names, std::string_view name) {
  const auto found = names.find(session::name_key(name));
  if (found != names.end()) names.erase(found);
}

}  // namespace

Outcome SessionView::run(const Step& step) {
  switch (step.kind) {
    case Step::Kind::Query: return query(step);
    case Step::Kind::Parse: return parse(step);
    case Step::Kind::Bind: return bind(step);
    case Step::Kind::Execute: return execute(step);
    case Step::Kind::CloseStatement: drop(statements_, step.statement); return {};
    case Step::Kind::ClosePortal: drop(portals_, step.portal); return {};
    case Step::Kind::Startup: return startup(step);
    case Step::Kind::FunctionCall: return function_call(step);
    case Step::Kind::Nothing: break;
  }
  return {};
}

std::shared_ptr<const policy::Verdict> SessionView::judge(const Step& step) const {
  return std::make_shared<const policy::Verdict>(
      policy::judge({step.sql, step.parameter_types, profile_, server_major_}));
}

Outcome SessionView::query(const Step& step) {
  Outcome outcome{.sql = step.sql, .verdict = judge(step)};
  drop(statements_, "");
  drop(portals_, "");
  const Violations of_text = all_of(*outcome.verdict);
  if (of_text.empty()) outcome.refusals = behind_ddl(*outcome.verdict);
  for (const auto& statement : outcome.verdict->statements) {
    auto more = use_names(statement, of_text);
    outcome.refusals.insert(outcome.refusals.end(), more.begin(), more.end());
  }
  return outcome;
}

// As the wire: what an open transaction has changed no catalog shows.
SessionView::Violations SessionView::behind_ddl(const policy::Verdict& verdict) const {
  const bool is_refused = has_changed_schema_ && profile_.access != nullptr &&
                          std::ranges::any_of(verdict.statements, policy::uses_catalog);
  return is_refused ? Violations{policy::changed_schema()} : Violations{};
}

void SessionView::note_transaction(const policy::StatementVerdict& statement) {
  if (statement.effect.kind == Kind::Begin) is_in_transaction_ = true;
  if (statement.effect.kind == Kind::EndTransaction) {
    is_in_transaction_ = has_changed_schema_ = false;
  }
  if (is_in_transaction_ && policy::changes_catalog(statement.statement_class)) {
    has_changed_schema_ = true;
  }
}

// What a statement's names lead to. `of_text`: why its text is refused; empty where it is not.
SessionView::Violations SessionView::use_names(const policy::StatementVerdict& statement,
                                               const Violations& of_text) {
  const policy::Effect& effect = statement.effect;
  const bool runs = of_text.empty();
  if (runs) note_transaction(statement);
  switch (effect.kind) {
    case Kind::Prepare: hold(statements_, effect.name, Held{.refusals = of_text}); break;
    case Kind::Declare: hold(portals_, effect.name, Held{.refusals = of_text}); break;
    case Kind::Execute: {
      const Held* held = look_up(statements_, effect.name);
      if (held == nullptr) return {unknown_name("prepared statement", effect.name)};
      return held->refusals;
    }
    case Kind::Fetch: {
      // A cursor that is not known here is let pass, as on the wire: a function may have opened it,
      // and its own text was judged.
      const Held* held = look_up(portals_, effect.name);
      return held == nullptr ? Violations{} : held->refusals;
    }
    case Kind::Deallocate:
      if (!runs) break;
      if (effect.name.empty()) statements_.clear();
      drop(statements_, effect.name);
      break;
    case Kind::CloseCursor:
      if (!runs) break;
      if (effect.name.empty()) portals_.clear();
      drop(portals_, effect.name);
      break;
    case Kind::DiscardAll:
      if (runs) drop_all_names();
      break;
    case Kind::None:
    case Kind::Begin:
    case Kind::EndTransaction:  // cursors that it closed: the server refuses a FETCH itself
    case Kind::RollbackTo:
    case Kind::SetGuc:
    case Kind::CopyIn:
    case Kind::CopyOut: break;
  }
  return {};
}

void SessionView::drop_all_names() {
  statements_.clear();
  portals_.clear();
}

Outcome SessionView::parse(const Step& step) {
  Outcome outcome{.sql = step.sql, .verdict = judge(step)};
  if (all_of(*outcome.verdict).empty()) outcome.refusals = behind_ddl(*outcome.verdict);
  if (step.statement.empty()) drop(statements_, "");
  hold(statements_, step.statement,
       Held{.refusals = all_of(*outcome.verdict), .text = outcome.verdict});
  return outcome;
}

Outcome SessionView::bind(const Step& step) {
  const Held* held = look_up(statements_, step.statement);
  if (held == nullptr) return {.refusals = {unknown_name("prepared statement", step.statement)}};
  if (step.portal.empty()) drop(portals_, "");
  hold(portals_, step.portal, *held);
  return {.refusals = held->refusals};
}

Outcome SessionView::execute(const Step& step) {
  const Held* held = look_up(portals_, step.portal);
  if (held == nullptr) return {.refusals = {unknown_name("portal", step.portal)}};
  Outcome outcome{.refusals = held->refusals};
  if (!held->allowed() || !held->text) return outcome;
  const auto text = held->text;  // the names that it uses may include its own
  for (const auto& statement : text->statements) {
    auto more = use_names(statement, {});
    outcome.refusals.insert(outcome.refusals.end(), more.begin(), more.end());
  }
  return outcome;
}

Outcome SessionView::function_call(const Step& step) const {
  const policy::catalog::Oid function = oid_of(step.function, profile_);
  return {
      .sql = policy::call_text(function, profile_),
      .verdict = std::make_shared<const policy::Verdict>(policy::judge_call(function, profile_))};
}

Outcome SessionView::startup(const Step& step) const {
  Outcome outcome;
  const auto judge_one = [&](std::string_view name, std::string_view value) {
    if (auto violation = policy::judge_setting(name, value, profile_)) {
      outcome.refusals.push_back(*std::move(violation));
    }
  };
  for (const auto& [name, value] : step.settings) {
    if (name == "user" || name == "database" || name.starts_with("_pq_.")) continue;
    if (name == "replication") {
      if (is_false(value)) continue;
      outcome.refusals.push_back(refused(ErrorCode::UnsafeSql, "replication",
                                         "replication connections are not served here",
                                         "Connect to the PostgreSQL server itself."));
    } else if (name == "options") {
      const auto settings = session::read_options(value);
      if (!settings) {
        outcome.refusals.push_back(refused(ErrorCode::BadRequest, "options",
                                           "startup parameter \"options\" may only hold settings",
                                           "Write settings as \"-c name=value\"."));
        continue;
      }
      for (const auto& [option, given] : *settings) judge_one(option, given);
    } else {
      judge_one(name, value);
    }
  }
  return outcome;
}

}  // namespace gateway::check
