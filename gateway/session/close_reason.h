// SPDX-License-Identifier: Apache-2.0
// Why a session ended. One list: the log field, the metric label, and the key to what the client is
// told.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gateway::session {

enum class CloseReason : std::uint8_t {
  ClientTerminated,
  ClientClosed,
  ClientProtocolViolation,
  ClientIdleTimeout,
  TlsFailed,
  TransactionTimeout,
  LoginTimeout,
  LoginRefused,
  AuthenticationFailed,
  LoginDenied,
  UnknownDatabase,
  TooManyClients,
  CancelRequested,
  PoolTimeout,
  ServerUnreachable,
  ServerClosed,
  ServerProtocolViolation,
  ServerStateInDoubt,
  DatabaseMoved,
  RightsNarrowed,
  DeniedRows,
  ResultTooLarge,
  AuditUnavailable,
  Drained,
};
inline constexpr std::size_t kCloseReasonCount = 24;

std::string_view name(CloseReason reason);      // "client_terminated": log and metric label
std::string_view sentence(CloseReason reason);  // for the log
std::string_view sqlstate(CloseReason reason);  // of the FATAL that the client gets

}  // namespace gateway::session
