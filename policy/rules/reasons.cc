// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/reasons.h"

#include <algorithm>
#include <array>

namespace policy::rules {
namespace {

using std::string_view;

struct Row {
  string_view name;
  Reason reason;
};

constexpr std::array kReasons{
    Row{"waits", {"makes the server wait", "Wait in the client instead.", true}},
    Row{"runs-sql-text",
        {"runs SQL text, or reads a relation, that only the server will know",
         "Write the query itself.", false}},
    Row{"server-files", {"reads files of the server", "Load the data into a table.", false}},
    Row{"large-objects",
        {"reads or writes large objects, which no rule can name", "Use a bytea column.", false}},
    Row{"session-state",
        {"changes what outlives the statement", "Ask for a principal with permissive mode.", true}},
    Row{"other-sessions", {"reads or ends other sessions", "", false}},
    Row{"server-control", {"controls the server", "", false}},
    Row{"replication", {"reads or changes replication and the write-ahead log", "", false}},
    Row{"writes", {"writes", "Ask for a principal with balanced mode.", true}},
    Row{"data-in-catalog", {"reads data that catalogs keep", "", true}},
    Row{"source-text", {"shows the source of views or functions", "", true}},
    Row{"configuration",
        {"shows the configuration of the server", "Use SHOW with the name of one setting.", true}},
};

constexpr Reason kInternal{"is the server's own business", "", false};
constexpr Reason kUnknown{"is not one that this version of Postern knows",
                          "Ask for an update of Postern.", false};

bool is_of_this_session(string_view name) { return name == "currval" || name == "lastval"; }

bool is_transaction_lock(string_view name) {
  return name.starts_with("pg_advisory_xact_") || name.starts_with("pg_try_advisory_xact_");
}

}  // namespace

const Reason& reason_for(const catalog::Function& function) {
  if (function.decision == catalog::Decision::Unknown) return kUnknown;
  const auto* row = std::ranges::find(kReasons, function.reason, &Row::name);
  return row == kReasons.end() ? kInternal : row->reason;
}

std::optional<Mode> least_mode(const catalog::Function& function) {
  if (function.decision != catalog::Decision::Refused) return std::nullopt;
  if (function.reason == "writes" || is_of_this_session(function.name)) return Mode::Balanced;
  if (function.reason != "session-state") return std::nullopt;
  return is_transaction_lock(function.name) ? Mode::Balanced : Mode::Permissive;
}

}  // namespace policy::rules
