// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/close_reason.h"

#include "gateway/pgwire/sqlstate.h"

namespace gateway::session {
namespace {

namespace state = pgwire::sqlstate;

struct Face {
  std::string_view name, sqlstate, sentence;
};

constexpr std::array<Face, kCloseReasonCount> kFaces{{
    {"client_terminated", state::kAdminShutdown, "the client ended the session"},
    {"client_closed", state::kConnectionFailure, "the client closed the connection"},
    {"client_protocol_violation", state::kProtocolViolation, "the client broke the protocol"},
    {"client_idle_timeout", state::kIdleSessionTimeout, "the client sent nothing for too long"},
    {"tls_failed", state::kInvalidAuthorization, "no TLS session came about"},
    {"transaction_timeout", state::kTransactionTimeout, "a transaction took too long"},
    {"login_timeout", state::kInvalidAuthorization, "the client did not log in in time"},
    {"login_refused", state::kInvalidAuthorization, "the login was refused"},
    {"authentication_failed", state::kInvalidPassword, "the client could not prove who it is"},
    {"login_denied", state::kInvalidAuthorization, "an operator has denied the login for now"},
    {"unknown_database", state::kUndefinedDatabase, "the database is not configured"},
    {"too_many_clients", state::kTooManyConnections, "the limit of clients was reached"},
    {"cancel_request", state::kAdminShutdown, "the connection carried a cancel request"},
    {"pool_timeout", state::kTooManyConnections, "no server connection became free in time"},
    {"server_unreachable", state::kConnectionFailure, "the server could not be reached"},
    {"server_closed", state::kConnectionFailure, "the server closed the connection"},
    {"server_protocol_violation", state::kProtocolViolation, "the server broke the protocol"},
    {"server_state_in_doubt", state::kConnectionFailure, "a pinned server setting changed"},
    {"database_moved", state::kAdminShutdown, "a reload moved the database elsewhere"},
    {"rights_narrowed", state::kAdminShutdown, "a reload lets this user only read"},
    {"denied_rows", state::kInsufficientPrivilege, "the server answered with a denied column"},
    {"result_too_large", state::kProgramLimitExceeded, "a cut result's transaction went on"},
    {"audit_unavailable", state::kIoError, "the audit log could not be written"},
    {"drained", state::kAdminShutdown, "the gateway is shutting down"},
}};
static_assert(static_cast<std::size_t>(CloseReason::Drained) + 1 == kCloseReasonCount);

const Face& face(CloseReason reason) { return kFaces[static_cast<std::size_t>(reason)]; }

}  // namespace

std::string_view name(CloseReason reason) { return face(reason).name; }
std::string_view sentence(CloseReason reason) { return face(reason).sentence; }
std::string_view sqlstate(CloseReason reason) { return face(reason).sqlstate; }

}  // namespace gateway::session
