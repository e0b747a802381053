// SPDX-License-Identifier: Apache-2.0
#include "policy/refusals.h"

#include <array>
#include <string>
#include <utility>

namespace policy {
namespace {

Violation text_refusal(ErrorCode code, std::string rule, std::string message, std::string hint) {
  return {.check = Check::Text,
          .code = code,
          .resource = "statement text",
          .rule = std::move(rule),
          .message = std::move(message),
          .hint = std::move(hint)};
}

Violation too_complex(std::string rule, std::string message, std::string hint) {
  return text_refusal(ErrorCode::StatementTooComplex, std::move(rule), std::move(message),
                      std::move(hint));
}

// As PostgreSQL words it (wchar.c, report_invalid_encoding): the bytes that a sequence would have.
std::string invalid_bytes(std::string_view sql, std::size_t offset) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto first = static_cast<unsigned char>(sql[offset]);
  const std::size_t wanted = first >= 0xF0 && first < 0xF8   ? 4
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xC0 && first < 0xE0 ? 2
                                                             : 1;
  std::string text;
  for (std::size_t i = offset; i < sql.size() && i < offset + wanted; ++i) {
    const auto byte = static_cast<unsigned char>(sql[i]);
    text += text.empty() ? "0x" : " 0x";
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

Violation too_long(const Question& question) {
  const std::string limit = std::to_string(question.profile.max_statement_bytes);
  return too_complex("max_statement_bytes",
                     "statement text of " + std::to_string(question.sql.size()) +
                         " bytes exceeds the limit of " + limit + " bytes",
                     "Send data as parameters or with COPY, or split the script.");
}

Violation fault_text(const TextFault& fault, const Question& question) {
  switch (fault.kind) {
    case TextFault::Kind::TooLong: return too_long(question);
    case TextFault::Kind::NulByte:
      return text_refusal(ErrorCode::BadRequest, "encoding",
                          "invalid byte sequence for encoding \"UTF8\": 0x00",
                          "SQL text cannot hold a zero byte.");
    case TextFault::Kind::NotUtf8:
      return text_refusal(ErrorCode::BadRequest, "encoding",
                          "invalid byte sequence for encoding \"UTF8\": " +
                              invalid_bytes(question.sql, fault.offset),
                          "Send SQL text in UTF-8, whatever the client_encoding was.");
    case TextFault::Kind::CommentTooDeep:
      return too_complex(
          "comment_depth",
          "comments are nested more than " + std::to_string(kCommentDepthMax) + " levels deep",
          "Remove the nested comments.");
    case TextFault::Kind::OperatorTooLong:
      return too_complex(
          "operator_length",
          "run of more than " + std::to_string(kOperatorCharsMax) + " operator characters",
          "Put white space between operators.");
    case TextFault::Kind::BracketsTooDeep:
      return too_complex(
          "nesting",
          "brackets are nested more than " + std::to_string(kBracketDepthMax) + " levels deep",
          "Simplify the statement, for example with WITH queries.");
    case TextFault::Kind::TooMuchRereading:
      return too_complex("comment_runs", "too many comments among operator characters",
                         "Put white space around comments.");
    case TextFault::Kind::NumeralTooNew:
      return text_refusal(ErrorCode::SyntaxError, "server_version",
                          "numeric literals with underscores or a base prefix need PostgreSQL 16",
                          "Write the number in plain decimal digits.");
  }
  return text_refusal(ErrorCode::InternalError, "text", "statement text was refused", "");
}

}  // namespace

Violation refusal_of(const TextFault& fault, const Question& question) {
  Violation violation = fault_text(fault, question);
  violation.position = character_at(question.sql, fault.offset);
  return violation;
}

Violation refusal_of(const ReadFailure& failure) {
  using Kind = ReadFailure::Kind;
  const auto at = [&failure](Violation violation) {
    violation.position = failure.position;
    return violation;
  };
  switch (failure.kind) {
    case Kind::Syntax:
      return at(text_refusal(ErrorCode::SyntaxError, "syntax", failure.message, failure.hint));
    case Kind::OutOfMemory:
      return text_refusal(ErrorCode::InternalError, "memory",
                          "out of memory while reading the statement", "Try again later.");
    case Kind::TooDeep:
      return at(too_complex(
          "nesting",
          "statement is nested more than " + std::to_string(kTreeDepthMax) + " levels deep",
          "Use IN or ANY instead of long chains, or split the statement."));
    case Kind::TooManyStatements:
      return too_complex(
          "statements",
          "more than " + std::to_string(kStatementsMax) + " statements in one message",
          "Split the script into several messages.");
    case Kind::InListTooLong:
      return at(too_complex("in_list",
                            "IN list of more than " + std::to_string(kInListMax) + " elements",
                            "Pass an array parameter and use = ANY ($1)."));
    case Kind::UnknownNode:
      return at(text_refusal(ErrorCode::UnsafeSql, "unknown",
                             "statement holds a construct that this version cannot judge",
                             "Write it in another way, and report it: it should be known."));
  }
  return text_refusal(ErrorCode::InternalError, "text", "statement text was refused", "");
}

}  // namespace policy
