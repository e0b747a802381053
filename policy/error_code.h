// SPDX-License-Identifier: Apache-2.0
// The error table that both doors share: one code, three faces (name, SQLSTATE, HTTP status).
#pragma once

#include <cstdint>
#include <string_view>

namespace policy {

enum class ErrorCode : std::uint8_t {
  AccessDenied,
  SchemaAccessDenied,
  TableAccessDenied,
  ColumnAccessDenied,
  FunctionAccessDenied,
  UnsafeSql,
  SyntaxError,
  UndefinedObject,  // a name that the catalog does not have: PostgreSQL's own refusal
  UnknownDatabase,
  AmbiguousQuery,
  QueryTooExpensive,
  SeqScanDenied,
  ResultTooLarge,
  StatementTooComplex,
  RateLimitExceeded,
  TooManyConnections,
  ExecutionTimeout,
  ConnectionError,
  AuditUnavailable,
  BadRequest,
  ConfigurationError,
  InternalError,
};

struct ErrorFace {
  std::string_view name;      // "COLUMN_ACCESS_DENIED": DETAIL, audit and MCP
  std::string_view sqlstate;  // five characters
  int http_status;
};

const ErrorFace& face(ErrorCode code);

}  // namespace policy
