// SPDX-License-Identifier: Apache-2.0
#include "policy/error_code.h"

#include <array>
#include <cstddef>

namespace policy {
namespace {

// In the order of ErrorCode; the test walks both.
constexpr std::array<ErrorFace, 22> kFaces{{
    {"ACCESS_DENIED", "42501", 403},          {"SCHEMA_ACCESS_DENIED", "42501", 403},
    {"TABLE_ACCESS_DENIED", "42501", 403},    {"COLUMN_ACCESS_DENIED", "42501", 403},
    {"FUNCTION_ACCESS_DENIED", "42501", 403}, {"UNSAFE_SQL", "42501", 400},
    {"SYNTAX_ERROR", "42601", 400},           {"UNDEFINED_OBJECT", "42704", 400},
    {"UNKNOWN_DATABASE", "3D000", 404},       {"AMBIGUOUS_QUERY", "3D000", 400},
    {"QUERY_TOO_EXPENSIVE", "54000", 400},    {"SEQ_SCAN_DENIED", "54000", 400},
    {"RESULT_TOO_LARGE", "54000", 400},       {"STATEMENT_TOO_COMPLEX", "54001", 400},
    {"RATE_LIMIT_EXCEEDED", "53400", 429},    {"TOO_MANY_CONNECTIONS", "53300", 503},
    {"EXECUTION_TIMEOUT", "57014", 504},      {"CONNECTION_ERROR", "08006", 503},
    {"AUDIT_UNAVAILABLE", "58030", 503},      {"BAD_REQUEST", "22023", 400},
    {"CONFIGURATION_ERROR", "XX000", 500},    {"INTERNAL_ERROR", "XX000", 500},
}};
static_assert(kFaces.size() == static_cast<std::size_t>(ErrorCode::InternalError) + 1);

}  // namespace

const ErrorFace& face(ErrorCode code) { return kFaces[static_cast<std::size_t>(code)]; }

}  // namespace policy
