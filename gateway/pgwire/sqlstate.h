// SPDX-License-Identifier: Apache-2.0
// The SQLSTATEs that the gateway itself answers with (PostgreSQL documentation, appendix A).
#pragma once

#include <string_view>

namespace gateway::pgwire::sqlstate {

inline constexpr std::string_view kProtocolViolation = "08P01";
inline constexpr std::string_view kConnectionFailure = "08006";
inline constexpr std::string_view kFeatureNotSupported = "0A000";
inline constexpr std::string_view kInvalidParameterValue = "22023";
inline constexpr std::string_view kInFailedTransaction = "25P02";
inline constexpr std::string_view kTransactionTimeout = "25P04";
inline constexpr std::string_view kUndefinedPreparedStatement = "26000";
inline constexpr std::string_view kInvalidAuthorization = "28000";
inline constexpr std::string_view kInvalidPassword = "28P01";
inline constexpr std::string_view kUndefinedCursor = "34000";
inline constexpr std::string_view kUndefinedDatabase = "3D000";
inline constexpr std::string_view kInsufficientPrivilege = "42501";
inline constexpr std::string_view kSyntaxError = "42601";
inline constexpr std::string_view kReservedName = "42939";
inline constexpr std::string_view kTooManyConnections = "53300";
inline constexpr std::string_view kProgramLimitExceeded = "54000";
inline constexpr std::string_view kLockNotAvailable = "55P03";
inline constexpr std::string_view kQueryCanceled = "57014";
inline constexpr std::string_view kAdminShutdown = "57P01";
inline constexpr std::string_view kCannotConnectNow = "57P03";
inline constexpr std::string_view kIdleSessionTimeout = "57P05";
inline constexpr std::string_view kIoError = "58030";
inline constexpr std::string_view kInternalError = "XX000";

}  // namespace gateway::pgwire::sqlstate
