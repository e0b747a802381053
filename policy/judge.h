// SPDX-License-Identifier: Apache-2.0
// The one question both doors ask of the policy engine: may this text run, for this profile?
// Pure: knows no socket, clock, file or thread. Safe to call from several threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/error_code.h"
#include "policy/literal_offsets.h"
#include "policy/plan_limits.h"
#include "policy/statement_class.h"

namespace policy {

class Access;
struct Facts;

enum class Mode : std::uint8_t { ReadOnly, Balanced, Permissive };

// Warn: what the rules refuse is noted and let pass, but for what no configuration allows, what
// cannot be read, and settings that parser and server must agree on.
enum class Enforcement : std::uint8_t { Enforce, Warn };

// A timeout that the gateway sets at the start of every session; 0: none. A client may only lower
// it.
struct PinnedTimeout {
  std::string name{};  // lower case: "statement_timeout"
  std::uint64_t milliseconds = 0;
  bool operator==(const PinnedTimeout&) const = default;
};

// What one kind of principal may do on one database. Immutable once built; shared by sessions.
struct Profile {
  Mode mode = Mode::ReadOnly;
  Enforcement enforcement = Enforcement::Enforce;
  bool allow_explain = false;
  // Settings a client may SET beyond the built-in list (policy/guc.h), lower case.
  std::vector<std::string> allowed_gucs{};
  std::vector<PinnedTimeout> pinned_timeouts{};
  // The pinned one, as SHOW prints it. A client may SET it to this again, or to the empty one.
  std::string search_path{};
  std::size_t max_statement_bytes = 1 << 20;
  // Null: judged by statement class alone. Else nothing that does not resolve against its catalog
  // passes.
  std::shared_ptr<const Access> access{};
  // The plan gate. Nothing: it is off. Set only where `access` is.
  std::optional<PlanLimits> plan{};
  // Of what one statement may return to a client; 0: any number.
  std::uint64_t result_rows_max = 0;
  std::uint64_t result_bytes_max = 0;
  // Of all sessions of one user, for the session to keep; 0: any number.
  std::uint64_t statements_per_minute_max = 0;
  std::uint64_t running_max = 0;
  std::uint64_t clients_max = 0;
  // Of one session's exchange with the server, and of one transaction; 0: any time.
  std::chrono::milliseconds query_time_max{0};
  std::chrono::milliseconds transaction_time_max{0};
  // Grows with every change of policy or catalog: a verdict of another epoch is judged again.
  std::uint64_t epoch = 1;
  bool operator==(const Profile&) const = default;
};

struct Question {
  std::string_view sql;                            // without a terminating NUL
  std::span<const std::uint32_t> parameter_types;  // OIDs given at Parse; 0 = to be inferred
  const Profile& profile;
  int server_major = 15;
  // Where `sql` is the body of a function: its arguments' names, for $1 and so on. Not for
  // VerdictCache, which does not compare them.
  std::span<const std::string_view> parameter_names{};
  std::string_view function_name{};  // that may stand before such a name
};

enum class Check : std::uint8_t {
  Text,
  Statement,
  Setting,
  Schema,
  Table,
  Column,
  Function,
  Resolve,
  Plan,
  Rate,
};

// As audit records and tools name it: "column". Static storage.
std::string_view name(Check check);

// One reason for a refusal. Strings are complete sentences, fit for MESSAGE, DETAIL and HINT.
struct Violation {
  Check check = Check::Statement;
  ErrorCode code = ErrorCode::UnsafeSql;
  std::string resource{};  // what was refused: "COPY TO PROGRAM", "role"
  std::string rule{};      // the configuration path that decided: "mode", "never", "gucs"
  std::string message{};
  std::string hint{};
  // 1-based, in characters of the whole text, as ErrorResponse 'P'; 0: none.
  std::size_t position = 0;
  // Where PostgreSQL has a closer one than the code's face: 42P01, 42703. Empty: the face's.
  std::string sqlstate{};
};

// A name that no statement or cursor can have: the session uses it where one must not exist.
constexpr std::string_view kReservedName = "_postern_absent_";
// Neither: the session's own questions about plans have it.
constexpr std::string_view kPlanName = "_postern_plan_";

// What a statement does to the session when it succeeds, as far as later verdicts depend on it.
// Names are folded and cut to 63 bytes as the server does.
struct Effect {
  enum class Kind : std::uint8_t {
    None,
    Prepare,      // SQL PREPARE name
    Execute,      // SQL EXECUTE name
    Deallocate,   // DEALLOCATE name; empty: ALL
    Declare,      // DECLARE name CURSOR; `holdable` set for WITH HOLD
    Fetch,        // FETCH or MOVE on cursor `name`
    CloseCursor,  // CLOSE name; empty: ALL
    DiscardAll,
    Begin,           // BEGIN, START TRANSACTION
    EndTransaction,  // COMMIT, ROLLBACK, with or without AND CHAIN
    RollbackTo,      // ROLLBACK TO SAVEPOINT
    SetGuc,          // SET, RESET, SET LOCAL; `name` is the setting, empty for RESET ALL
    CopyIn,          // the server will ask for CopyData
    CopyOut,
  };
  Kind kind = Kind::None;
  std::string name{};
  bool holdable = false;
  // SetGuc: back to the default, for longer than the transaction.
  bool resets = false;
};

struct StatementVerdict {
  StatementClass statement_class = StatementClass::Select;
  std::size_t offset = 0;  // byte range of this statement in the text, white space trimmed
  std::size_t bytes = 0;
  // Of the statement's shape: equal for texts that differ in literals, white space and comments
  // only. Ours, not libpg_query's: that one triples the cost of a verdict and aborts when memory is
  // short.
  std::uint64_t fingerprint = 0;
  Effect effect{};
  // What it reads and calls; null where the profile has no access policy.
  std::shared_ptr<const Facts> facts{};
  std::vector<Violation> violations{};  // empty: allowed
  // What the rules would refuse, were they enforced: Enforcement::Warn.
  std::vector<Violation> warnings{};
  // An error or notice of it may quote what the profile may not read: it writes, or runs code,
  // where columns are refused.
  bool may_quote_hidden = false;
  // The facts do not bound what it costs: the server is asked for its plan before it runs. Asked is
  // for these bytes of the text, which `kExplain` and the prefix are put before; of a COPY or
  // EXPLAIN they are the statement inside. No bytes: they cannot be told, and it is to be refused;
  // but of PREPARE they are those of the EXECUTE that runs it, which is when it is asked about.
  bool needs_plan = false;
  std::size_t planned_offset = 0;
  std::size_t planned_bytes = 0;
  std::string_view planned_prefix{};  // static storage
  bool allowed() const { return violations.empty(); }
};

// Where a rewritten text differs from the one that was asked about: `bytes` at `offset` of it
// became `put_bytes` others.
struct Replacement {
  std::size_t offset = 0;
  std::size_t bytes = 0;
  std::size_t put_bytes = 0;
};

// The verdict on one text. A text that cannot be read (syntax error, too long, too deep, not UTF-8,
// a bomb) has `unreadable` set and no statements. No statements and nothing unreadable: an empty
// query.
struct Verdict {
  std::vector<StatementVerdict> statements{};
  std::vector<Violation> unreadable{};  // at most one
  // Not empty: allowed in place of the text that was asked about, which is refused. Judged in its
  // turn; the statements above are those of the text that was asked about.
  std::string rewritten{};
  std::vector<Replacement> replacements{};  // by offset; none overlap
  std::shared_ptr<const Access> access{};   // the facts above point into its catalog
  std::uint64_t epoch = 0;                  // of the profile that judged
  // The verdict is the same in every field for any other digits in these places.
  LiteralOffsets inert_literals{};
  bool out_of_memory = false;  // refused, and not even the refusal could be stored
  bool allowed() const;
  // The violation that a client is told: the first one. Null when allowed.
  const Violation* refusal() const;
};

// Never throws and never fails to answer: what it does not understand it refuses.
Verdict judge(const Question& question);

}  // namespace policy
