// SPDX-License-Identifier: Apache-2.0
#include "policy/modes.h"

#include <string>

namespace policy {
namespace {

bool reaches(Mode mode, Least least) {
  switch (least) {
    case Least::ReadOnly: return true;
    case Least::Balanced: return mode != Mode::ReadOnly;
    case Least::Permissive: return mode == Mode::Permissive;
    case Least::Never: return false;
  }
  return false;
}

std::string hint_for(StatementClass statement_class) {
  using enum StatementClass;
  switch (static_cast<int>(statement_class)) {
    case static_cast<int>(RowLock):
      return "Drop the locking clause, or ask for a principal with balanced mode.";
    case static_cast<int>(SelectInto):
    case static_cast<int>(CreateTableAs):
      return "Run the query alone, or ask for a principal with permissive mode.";
    case static_cast<int>(CopyFile):
    case static_cast<int>(CopyProgram):
      return "Use COPY TO STDOUT or FROM STDIN, \\copy in psql: the file is then the client's.";
    case static_cast<int>(TwoPhase): return "Use COMMIT or ROLLBACK.";
    default: break;
  }
  switch (least(statement_class)) {
    case Least::ReadOnly: return "";
    case Least::Balanced: return "Use SELECT, or ask for a principal with balanced mode.";
    case Least::Permissive:
      return "Ask for a principal with permissive mode, or for a migration by the owner.";
    case Least::Never:
      return "This is done by the database's administrator, on a direct connection.";
  }
  return "";
}

Violation refuse(StatementClass statement_class, const Profile& profile) {
  const bool is_never = least(statement_class) == Least::Never;
  const std::string what(name(statement_class));
  return {.check = Check::Statement,
          .code = ErrorCode::UnsafeSql,
          .resource = what,
          .rule = is_never ? "never" : "mode",
          .message = is_never
                         ? what + " is not allowed in any mode"
                         : what + " is not allowed in " + std::string(name(profile.mode)) + " mode",
          .hint = hint_for(statement_class)};
}

Violation refuse_explain() {
  return {.check = Check::Statement,
          .code = ErrorCode::UnsafeSql,
          .resource = "EXPLAIN",
          .rule = "allow_explain",
          .message = "EXPLAIN is not allowed for this principal",
          .hint = "Run the query itself, or ask for allow_explain to be set."};
}

}  // namespace

std::string_view name(Mode mode) {
  switch (mode) {
    case Mode::ReadOnly: return "read_only";
    case Mode::Balanced: return "balanced";
    case Mode::Permissive: return "permissive";
  }
  return "unknown";
}

bool allows(Mode mode, StatementClass statement_class) {
  return reaches(mode, least(statement_class));
}

std::optional<Violation> judge_class(StatementClass statement_class, const Profile& profile) {
  if (!allows(profile.mode, statement_class)) return refuse(statement_class, profile);
  if (statement_class == StatementClass::Explain && !profile.allow_explain) return refuse_explain();
  return std::nullopt;
}

std::optional<Violation> judge_planned(StatementClass statement_class, const Profile& profile) {
  if (least(statement_class) == Least::Balanced) return std::nullopt;
  return judge_class(statement_class, profile);
}

}  // namespace policy
