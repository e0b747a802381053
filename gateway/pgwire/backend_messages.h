// SPDX-License-Identifier: Apache-2.0
// Messages that servers send (PostgreSQL documentation 55.7), as far as the gateway reads them.
// Views are borrowed from the body. Each reader is total: nullopt where the body has not the
// message's shape.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace gateway::pgwire {

namespace backend {
inline constexpr char kAuthentication = 'R';
inline constexpr char kBackendKeyData = 'K';
inline constexpr char kBindComplete = '2';
inline constexpr char kCloseComplete = '3';
inline constexpr char kCommandComplete = 'C';
inline constexpr char kCopyBothResponse = 'W';
inline constexpr char kCopyData = 'd';
inline constexpr char kCopyDone = 'c';
inline constexpr char kCopyInResponse = 'G';
inline constexpr char kCopyOutResponse = 'H';
inline constexpr char kDataRow = 'D';
inline constexpr char kEmptyQueryResponse = 'I';
inline constexpr char kErrorResponse = 'E';
inline constexpr char kFunctionCallResponse = 'V';
inline constexpr char kNegotiateProtocolVersion = 'v';
inline constexpr char kNoData = 'n';
inline constexpr char kNoticeResponse = 'N';
inline constexpr char kNotificationResponse = 'A';
inline constexpr char kParameterDescription = 't';
inline constexpr char kParameterStatus = 'S';
inline constexpr char kParseComplete = '1';
inline constexpr char kPortalSuspended = 's';
inline constexpr char kReadyForQuery = 'Z';
inline constexpr char kRowDescription = 'T';
}  // namespace backend

enum class TransactionStatus : char { Idle = 'I', InTransaction = 'T', Failed = 'E' };

struct ParameterStatus {
  std::string_view name, value;
};

// The fields that the gateway looks at; a missing one is empty (an old or odd server may leave out
// even the SQLSTATE).
struct ErrorFields {
  std::string_view severity;  // 'V' where there is one, else 'S': not localised
  std::string_view sqlstate;
  std::string_view message;
  std::string_view detail;
  bool is_fatal() const { return severity == "FATAL" || severity == "PANIC"; }
};

std::optional<TransactionStatus> read_ready_for_query(std::string_view body);
std::optional<ParameterStatus> read_parameter_status(std::string_view body);
// Reads as many whole fields as `front` holds: it may be cut (the first fields decide).
ErrorFields read_error_front(std::string_view front);
// NULL is nullopt.
std::optional<std::vector<std::optional<std::string_view>>> read_data_row(std::string_view body);
std::optional<std::string_view> read_command_tag(std::string_view body);
// The row count at the end of a command tag ("INSERT 0 5" -> 5); -1 without one.
std::int64_t rows_of_tag(std::string_view tag);

}  // namespace gateway::pgwire
