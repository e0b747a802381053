// SPDX-License-Identifier: Apache-2.0
// Messages and statements that use the name of a prepared statement or portal.
#include <string>
#include <utility>

#include "gateway/pgwire/sqlstate.h"
#include "gateway/session/session.h"

namespace gateway::session {
namespace {

namespace state = pgwire::sqlstate;

Refusal too_many_names() {
  Refusal refusal = server_like(state::kProgramLimitExceeded,
                                "too many prepared statements or portals in one session");
  refusal.hint = "Close or DEALLOCATE those that are no longer needed.";
  return refusal;
}

}  // namespace

// The statement executes a prepared one that is not there, or of which it is not known yet.
Session::Flow Session::not_executable(const Message& message, std::string_view sql,
                                      const Believed& name, Output& out) {
  withdraw_predictions();
  if (name.belief == Names::Belief::Unsettled) return wait_for_replies(out);
  if (const auto flow = need_server(message, sql, out)) return *flow;
  record_denied(
      sql, server_like(state::kUndefinedPreparedStatement,
                       "prepared statement \"" + std::string(name.name) + "\" does not exist"));
  return send_unknown(message, {pgwire::Target::Statement, name.name}, out);
}

// Waits where what is unsettled may be what takes the room.
Session::Flow Session::no_room(const Message& message, std::string_view sql, const Names& names,
                               Output& out) {
  if (names.has_pending()) return wait_for_replies(out);
  return refuse(message, sql, too_many_names(), out);
}

// Nothing when `name` is known; else what became of the message.
std::optional<Session::Flow> Session::check_names(std::string_view name, const Names& names,
                                                  const Message& message, Output& out) {
  switch (names.believe(name, unit_)) {
    case Names::Belief::Known: return std::nullopt;
    case Names::Belief::Unsettled: return wait_for_replies(out);
    case Names::Belief::Absent: break;
  }
  const auto target = &names == &statements_ ? pgwire::Target::Statement : pgwire::Target::Portal;
  return send_unknown(message, {target, name}, out);
}

}  // namespace gateway::session
