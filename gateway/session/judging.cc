// SPDX-License-Identifier: Apache-2.0
// From a text to the verdict on it: out of the cache, judged here, or judged elsewhere where that
// takes long; again, where policy or catalog have changed; and once more after a look at the
// catalog, where a name does not resolve.
#include <algorithm>
#include <utility>

#include "gateway/pgwire/sqlstate.h"
#include "gateway/session/session.h"
#include "policy/changed_schema.h"

namespace gateway::session {
namespace {

namespace state = pgwire::sqlstate;
using policy::ErrorCode;
using policy::StatementClass;
using policy::StatementVerdict;

// Longer texts are judged on another thread: the worst of this length take a few milliseconds.
constexpr std::size_t kJudgedInPlaceBytes = 8 * 1024;

Refusal outdated() {
  Refusal refusal =
      server_like(state::kFeatureNotSupported,
                  "the policy or the catalog has changed since this statement was prepared");
  refusal.hint = "Prepare it again.";
  return refusal;
}

Refusal too_deep() {
  return server_like(state::kProgramLimitExceeded,
                     "it executes too many statements through one another");
}

Refusal fetches_executed() {
  Refusal refusal = server_like(state::kFeatureNotSupported,
                                "a portal of EXECUTE cannot be fetched from by SQL here");
  refusal.hint = "Fetch its rows by Execute messages, or DECLARE a cursor of the statement itself.";
  return refusal;
}

// A name that did not resolve: somebody may just have made it.
bool is_miss(const policy::Verdict& verdict) {
  const policy::Violation* refusal = verdict.refusal();
  return refusal != nullptr && refusal->code == ErrorCode::UndefinedObject;
}

// Ends a transaction, and so may run even where nothing can be judged.
bool only_ends_transaction(const policy::Verdict& verdict) {
  return verdict.allowed() && !verdict.statements.empty() &&
         std::ranges::all_of(verdict.statements, [](const StatementVerdict& statement) {
           return statement.statement_class == StatementClass::Commit ||
                  statement.statement_class == StatementClass::Rollback;
         });
}

}  // namespace

policy::Question Inquiry::question() const {
  return {.sql = sql,
          .parameter_types = parameter_types,
          .profile = *profile,
          .server_major = server_major};
}

void Session::judge_by(policy::Standing standing) {
  const bool is_same = standing.profile->epoch == profile().epoch;
  settings_.standing = std::move(standing);
  if (is_same) return;
  // They hold on to the catalog that they were judged by.
  statements_.release_verdicts();
  portals_.release_verdicts();
}

void Session::on_verdict(const std::shared_ptr<const Inquiry>& inquiry, VerdictRef verdict) {
  if (inquiry == inquiry_) answered_ = std::move(verdict);
}

void Session::catalog_was_read() {
  catalog_is_in_doubt_ = false;
  has_looked_again_ = true;
}

// Nothing: the message is held until there is one.
VerdictRef Session::verdict_on(const Text& text) {
  const policy::Question question{text.sql, text.parameter_types, profile(),
                                  settings_.server_major};
  if (inquiry_ && asks_for(text)) {
    if (!answered_) hold_ = Hold::Verdict;
    return answered_;
  }
  if (VerdictRef known = shared_.verdicts.find(question)) return known;
  if (text.sql.size() > kJudgedInPlaceBytes) {
    ask_elsewhere(text);
    return nullptr;
  }
  recorder_.on_judging();
  auto verdict = std::make_shared<const policy::Verdict>(policy::judge(question));
  recorder_.on_judged();
  shared_.verdicts.keep(question, verdict);
  return verdict;
}

bool Session::asks_for(const Text& text) const {
  return inquiry_->profile == settings_.standing.profile && inquiry_->sql == text.sql &&
         std::ranges::equal(inquiry_->parameter_types, text.parameter_types);
}

void Session::ask_elsewhere(const Text& text) {
  inquiry_ = std::make_shared<const Inquiry>(
      Inquiry{std::string(text.sql),
              {text.parameter_types.begin(), text.parameter_types.end()},
              settings_.standing.profile,
              settings_.server_major});
  answered_ = nullptr;
  hold_ = Hold::Verdict;
}

// Nothing: it may be judged; else what became of the message.
std::optional<Session::Flow> Session::not_judged_now(const Message& message, std::string_view sql,
                                                     Output& out) {
  if (unavailable_) {
    const Refusal refusal = *std::exchange(unavailable_, std::nullopt);
    return refuse(message, sql, refusal, out);
  }
  if (!shared_.audit_available) return refuse(message, sql, no_audit(), out);
  if (!catalog_is_in_doubt_ || profile().access == nullptr) return std::nullopt;
  hold_ = Hold::Catalog;
  return Flow::Hold;
}

// The verdict as things stand, or what became of the message.
std::expected<VerdictRef, Session::Flow> Session::verdict_now(const Message& message,
                                                              const Text& text,
                                                              std::string_view clients_sql,
                                                              Output& out) {
  VerdictRef verdict = verdict_on(text);
  if (!verdict) return std::unexpected(Flow::Hold);
  const std::string& why_not = settings_.standing.unavailable;
  if (!why_not.empty() && !only_ends_transaction(*verdict)) {
    return std::unexpected(refuse(message, clients_sql, no_catalog(why_not), out));
  }
  if (profile().access == nullptr || !is_miss(*verdict)) return verdict;
  if (ddl_seq_ > ready_seq_ && !unit_open_) return std::unexpected(wait_for_replies(out));
  // What this transaction made no look will show.
  if (ddl_seq_ != 0 || has_looked_again_) return verdict;
  hold_ = Hold::Catalog;
  return std::unexpected(Flow::Hold);
}

// What an allowed text uses may be what this transaction has changed, which no catalog shows.
// Nothing: it is not.
std::optional<Session::Flow> Session::on_changed_schema(const Message& message,
                                                        std::string_view sql,
                                                        const policy::Verdict& verdict,
                                                        Output& out) {
  if (profile().access == nullptr) return std::nullopt;
  if (ddl_seq_ == 0 || std::ranges::none_of(verdict.statements, policy::uses_catalog))
    return std::nullopt;
  if (ddl_seq_ > ready_seq_ && !unit_open_) return wait_for_replies(out);
  return refuse(message, sql, changed_schema(), out);
}

// An allowed verdict, or what became of the message.
std::expected<VerdictRef, Session::Flow> Session::judge(const Message& message, const Text& text,
                                                        Output& out) {
  if (const auto flow = not_judged_now(message, text.sql, out)) return std::unexpected(*flow);
  auto verdict = verdict_now(message, text, text.sql, out);
  if (!verdict) return verdict;
  if (!(*verdict)->allowed()) {
    return std::unexpected(refuse(message, text.sql, refusal_of(**verdict), out));
  }
  if (const auto flow = denied(message, text.sql, (*verdict)->statements, out)) {
    return std::unexpected(*flow);
  }
  if (const auto flow = on_changed_schema(message, text.sql, **verdict, out)) {
    return std::unexpected(*flow);
  }
  return verdict;
}

// Before a prepared text is bound or run: where it was judged by what no longer holds it is judged
// as the server has it. Nothing when it may run.
std::optional<Session::Flow> Session::judge_again(const Message& message, Prepared& prepared,
                                                  Output& out) {
  if (const auto flow = not_judged_now(message, prepared.sql, out)) return flow;
  if (!prepared.verdict || prepared.verdict->epoch != profile().epoch) {
    const Text text{prepared.server_text(), prepared.parameter_types};
    const auto verdict = verdict_now(message, text, prepared.sql, out);
    if (!verdict) return verdict.error();
    const bool was_rewritten = prepared.rewritten != nullptr;
    const bool needs_rewrite = !(*verdict)->rewritten.empty();
    if (needs_rewrite || (was_rewritten && !(*verdict)->allowed())) {
      return refuse(message, prepared.sql, outdated(), out);
    }
    if (!(*verdict)->allowed()) {
      Refusal refusal = refusal_of(**verdict);
      refusal.position = 0;  // of a text that this message does not hold
      return refuse(message, prepared.sql, refusal, out);
    }
    prepared.verdict = *verdict;
    prepared.statement = 0;
  }
  const policy::StatementVerdict* statement = prepared.judged();
  if (statement != nullptr) {
    const Shape shape{statement->statement_class, prepared.fingerprint};
    if (const auto flow = denied(message, prepared.sql, shape, out)) return flow;
  }
  // Of a text with other statements only its own was asked for.
  if (prepared.is_contained && ddl_seq_ == 0) return std::nullopt;
  return on_changed_schema(message, prepared.sql, *prepared.verdict, out);
}

// What an EXECUTE or FETCH names, and what that executes in turn. Nothing when it may run, as far
// as is known of it.
std::optional<Session::Flow> Session::judge_named_again(const Message& message,
                                                        const policy::Effect& effect,
                                                        std::uint64_t unit, Output& out) {
  using Kind = policy::Effect::Kind;
  PreparedRef named, fetched;  // whose effect is the next; a portal of EXECUTE
  std::vector<const Prepared*> seen;
  const policy::Effect* next = &effect;
  while (next->kind == Kind::Execute || next->kind == Kind::Fetch) {
    if (seen.size() == kExecutedDepthMax) return refuse(message, named->sql, too_deep(), out);
    const Names& names = next->kind == Kind::Execute ? statements_ : portals_;
    const auto found = names.look_up(next->name, unit);
    if (found.belief == Names::Belief::Unsettled && is_guarded()) return wait_for_replies(out);
    if (found.belief != Names::Belief::Known) return std::nullopt;
    named = found.prepared;
    // The server will not run what comes back to itself.
    if (std::ranges::find(seen, named.get()) != seen.end()) return std::nullopt;
    seen.push_back(named.get());
    if (const auto flow = judge_again(message, *named, out)) return flow;
    if (named->judged() == nullptr) return std::nullopt;
    // A portal was asked about when it was bound, but for what its text executes when it is run.
    if (next->kind == Kind::Fetch && named->effect().kind == Kind::Execute) fetched = named;
    next = &named->effect();
  }
  if (!fetched || !profile().plan) return std::nullopt;
  return refuse(message, fetched->sql, fetches_executed(), out);
}

// What a statement executes by its name matters to more than its own verdict.
bool Session::is_guarded() const { return profile().access != nullptr || profile().plan; }

// What was sent changes the catalog when it is committed.
void Session::note_ddl(const policy::Verdict& verdict, const Expected& entry) {
  if (policy::changes_catalog(verdict)) ddl_seq_ = entry.seq;
}

void Session::settle_ddl(Output& out) {
  if (ddl_seq_ == 0 || ddl_seq_ > ready_seq_) return;
  if (status_ != pgwire::TransactionStatus::Idle) return;
  ddl_seq_ = 0;
  catalog_is_in_doubt_ = true;
  out.catalog_changed = true;
}

}  // namespace gateway::session
