// SPDX-License-Identifier: Apache-2.0
// The last line of defence: no row is passed on whose description names a column that the client
// may not read, whatever was thought of the statement before. The schema may have changed beneath
// it. Expressions, COPY and what is inside of views have no origin that a description would tell.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "gateway/pgwire/row_description.h"
#include "gateway/pgwire/writer.h"
#include "gateway/session/session.h"
#include "policy/facts.h"
#include "policy/rules/words.h"

namespace gateway::session {
namespace {

using policy::OutputVerdict;
using policy::StatementClass;
using policy::catalog::ColumnKey;

// Of these no Execute returns a row that comes from a relation.
constexpr std::array kWithoutRows{
    StatementClass::Explain,        StatementClass::Show,        StatementClass::Set,
    StatementClass::Reset,          StatementClass::Begin,       StatementClass::Commit,
    StatementClass::Rollback,       StatementClass::Savepoint,   StatementClass::Release,
    StatementClass::RollbackTo,     StatementClass::Prepare,     StatementClass::Deallocate,
    StatementClass::DeclareCursor,  StatementClass::Move,        StatementClass::CloseCursor,
    StatementClass::Discard,        StatementClass::Unlisten,    StatementClass::CopyTo,
    StatementClass::CopyFrom,       StatementClass::Listen,      StatementClass::Notify,
    StatementClass::SetConstraints, StatementClass::CreateTable, StatementClass::CreateTableAs};

constexpr std::array kWriting{StatementClass::Insert, StatementClass::Update,
                              StatementClass::Delete, StatementClass::Merge};

bool may_return_rows(const policy::StatementVerdict& statement) {
  const auto is = [&](const auto& classes) {
    return std::ranges::find(classes, statement.statement_class) != classes.end();
  };
  if (is(kWithoutRows)) return false;
  return !is(kWriting) || statement.facts == nullptr || !statement.facts->outputs.empty();
}

std::string words(const policy::Access& access, ColumnKey origin) {
  const auto* relation = access.snapshot().relation(origin.relation);
  if (relation == nullptr) return "the relation with OID " + std::to_string(origin.relation);
  const auto* column = relation->column(origin.column);
  const std::string name = policy::rules::relation_name(access.snapshot(), *relation);
  return column == nullptr ? name : name + '.' + std::string(column->name);
}

Refusal denied_rows(const policy::Access& access, ColumnKey origin) {
  Refusal refusal = make_refusal(
      policy::ErrorCode::ColumnAccessDenied,
      "the answer to this statement holds a column that is not readable, so none of it is shown",
      "The schema has changed beneath the statement; connect and try again.");
  refusal.detail = std::string(policy::face(refusal.code).name) + ": " + words(access, origin) +
                   " (rule: row guard)";
  return refusal;
}

}  // namespace

bool Session::is_guarded(char type) const {
  return type == pgwire::backend::kRowDescription && !replies_.empty() &&
         replies_.front().is_guarded;
}

void Session::look_ended() {
  if (look_ == Look::Wanted) look_ = Look::Ended;
}

// By what the statement was judged by; what that does not have may have come since.
OutputVerdict Session::judge_origin(ColumnKey origin) const {
  const auto& sent_by = replies_.front().access;
  const OutputVerdict verdict = policy::judge_output(*sent_by, origin);
  const auto& newest = profile().access;
  if (verdict != OutputVerdict::Unknown || newest == nullptr || newest == sent_by) return verdict;
  return policy::judge_output(*newest, origin);
}

Session::Rows Session::guard_rows(const Message& reply, Output& out) {
  const Look look = std::exchange(look_, Look::None);
  std::optional<ColumnKey> unknown;
  pgwire::RowDescriptionReader columns(reply.body());
  while (const auto column = columns.next()) {
    const ColumnKey origin{.relation = column->relation, .column = column->column};
    switch (judge_origin(origin)) {
      case OutputVerdict::Readable: break;
      case OutputVerdict::Denied: end_at_denied_rows(origin, out); return Rows::End;
      case OutputVerdict::Unknown: unknown = unknown.value_or(origin); break;
    }
  }
  if (!columns.is_whole()) {
    end(CloseReason::ServerProtocolViolation, "the server sent a malformed RowDescription", out);
    return Rows::End;
  }
  if (!unknown) return Rows::Pass;
  if (look == Look::None) {
    look_ = Look::Wanted;
    return Rows::Hold;
  }
  end_at_denied_rows(*unknown, out);
  return Rows::End;
}

// The invariant is broken: nothing of this server is believed any more.
void Session::end_at_denied_rows(ColumnKey origin, Output& out) {
  const Refusal refusal = denied_rows(*replies_.front().access, origin);
  const ServerError error{.sqlstate = refusal.sqlstate,
                          .message = refusal.message,
                          .detail = refusal.detail,
                          .error_code = refusal.code};
  if (replies_.front().kind == ReplyKind::DescribePortal && replies_.size() > 1) drop_front();
  Expected& entry = replies_.front();
  if (entry.kind == ReplyKind::Query) {
    end_query(entry, Outcome::Error, error);
  } else if (entry.kind == ReplyKind::Execute && entry.request_id != 0) {
    end_request(std::exchange(entry.request_id, 0), Outcome::Error, -1, error);
  }
  if (!is_inside_reply()) {
    out.to_client.write(
        [&](std::string& text) { write_refusal(text, refusal, pgwire::Severity::Fatal); });
  }
  client_told_ = true;
  out.catalog_changed = true;
  end(CloseReason::DeniedRows, refusal.message, out);
}

void Session::note_described(std::string_view portal, const Expected& entry) {
  described_seq_ = entry.seq;
  described_portal_ = portal;
}

// Rows come without a description unless one was asked for. It must be right in front of the rows:
// that of a prepared statement changes when columns are renamed, without an error ("cached plan
// must not change result type" compares names and types only), and that of a FETCH with its cursor.
// A portal that was run holds its relations locked, but what stands for it may not.
void Session::describe_first(std::string_view portal, const Prepared& prepared,
                             std::uint64_t request, Output& out) {
  if (!is_enforced()) return;
  const auto* statement = prepared.judged();
  const bool has_rows =
      prepared.is_contained || (statement != nullptr && may_return_rows(*statement));
  const bool is_described = described_seq_ == next_seq_ - 1 && described_portal_ == portal;
  if (!has_rows || is_described) return;
  out.to_server.write(
      [&](std::string& text) { pgwire::write_describe(text, {pgwire::Target::Portal, portal}); });
  Expected& entry = expect(ReplyKind::DescribePortal, Treatment::Skip);
  entry.request_id = request;
  note_quoting(entry, prepared);
}

}  // namespace gateway::session
