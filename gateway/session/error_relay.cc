// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/error_relay.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "gateway/pgwire/body_reader.h"
#include "policy/rewrite/positions.h"
#include "policy/rules/access.h"

namespace gateway::session {
namespace {

using std::string_view;

// PostgreSQL documentation 55.8: the codes of the fields.
struct Fields {
  string_view sqlstate{};  // C
  string_view context{};   // W
  string_view query{};     // q
  string_view position{};  // P
  string_view schema{};    // s
  string_view relation{};  // t
  string_view routine{};   // R
};

template <typename Each>
void each_field(string_view body, Each each) {
  pgwire::BodyReader reader(body);
  while (const char code = reader.byte()) {
    const string_view text = reader.cstring();
    if (!reader.ok()) break;
    each(code, text);
  }
}

Fields fields_of(string_view body) {
  Fields fields;
  each_field(body, [&](char code, string_view text) {
    switch (code) {
      case 'C': fields.sqlstate = text; break;
      case 'W': fields.context = text; break;
      case 'q': fields.query = text; break;
      case 'P': fields.position = text; break;
      case 's': fields.schema = text; break;
      case 't': fields.relation = text; break;
      case 'R': fields.routine = text; break;
      default: break;
    }
  });
  return fields;
}

// Where the text was made.
enum class Origin : std::uint8_t {
  Statement,  // by the server itself, for the client's own statement
  OwnValue,   // while it read a value that the client sent
  Below,      // by code that the statement ran: functions, triggers, rules
};

// The server reads parameters (postgres.c, bind_param_error_callback) and columns of COPY
// (copyfrom.c, CopyFromErrorCallback) with a context of its own. Contexts begin with the innermost
// one: code that runs meanwhile adds its own before it, code that copies by itself behind it.
bool is_parameter(string_view context) {
  return !context.contains('\n') &&
         (context.starts_with("unnamed portal parameter $") || context.starts_with("portal \""));
}

bool is_copied_column(string_view context) {
  const string_view place = context.substr(0, context.find(": "));
  return !context.contains('\n') && place.starts_with("COPY ") && place.contains(", line ") &&
         place.contains(", column ");
}

Origin origin_of(ServerText::Kind kind, const Fields& fields) {
  if (!fields.query.empty()) return Origin::Below;
  if (fields.context.empty()) return Origin::Statement;
  if (kind == ServerText::Kind::BindError && is_parameter(fields.context)) return Origin::OwnValue;
  if (kind == ServerText::Kind::Error && is_copied_column(fields.context)) return Origin::OwnValue;
  return Origin::Below;
}

bool is_class(string_view sqlstate, auto classes) {
  return std::ranges::find(classes, sqlstate.substr(0, 2)) != classes.end();
}

// Messages of these classes name limits, states and constraints.
constexpr std::array<string_view, 16> kQuoteNoValues{
    "08", "0B", "21", "23", "24", "25", "26", "2B", "2D", "34", "40", "44", "53", "54", "55", "57"};
// Of class 42, whose other messages quote what was looked up: 'a value'::regclass while it runs.
constexpr std::array<string_view, 7> kQuoteExistingNames{"42501", "42701", "42710", "42809",
                                                         "42P06", "42P07", "42P16"};
constexpr std::array<string_view, 4> kNoticeClasses{"00", "01", "25", "42"};

// value too long for type …; division by zero
constexpr std::array<string_view, 2> kConstantMessages{"22001", "22012"};

// Told by the server's own machinery, wherever it stopped the statement.
bool is_interruption(const Fields& fields) {
  return (fields.sqlstate == "57014" && fields.routine == "ProcessInterrupts") ||
         (fields.sqlstate == "40P01" && fields.routine == "DeadLockReport");
}

bool is_number(string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool keeps_message(ServerText::Kind kind, const Fields& fields, Origin origin) {
  if (is_interruption(fields)) return true;
  if (origin == Origin::Below) return false;
  if (kind == ServerText::Kind::Notice) return is_class(fields.sqlstate, kNoticeClasses);
  if (is_class(fields.sqlstate, kQuoteNoValues)) return true;
  const auto is_code = [&](const auto& codes) {
    return std::ranges::find(codes, fields.sqlstate) != codes.end();
  };
  if (is_code(kQuoteExistingNames) || fields.routine == "RevalidateCachedQuery") return true;
  const bool is_of_own_text =
      is_number(fields.position) && !is_class(fields.sqlstate, std::array<string_view, 1>{"P0"});
  const bool is_of_own_value =
      origin == Origin::OwnValue && is_class(fields.sqlstate, std::array<string_view, 1>{"22"});
  return is_of_own_text || is_of_own_value || is_code(kConstantMessages);
}

// Code can give an error any names (RAISE … USING CONSTRAINT = …); these are the server's checks.
bool is_constraint_check(string_view routine) {
  constexpr std::array<string_view, 14> kChecks{"ExecConstraints",
                                                "ExecEvalConstraintCheck",
                                                "ExecEvalConstraintNotNull",
                                                "ExecFindPartition",
                                                "ExecPartitionCheckEmitError",
                                                "ExecWithCheckOptions",
                                                "RI_FKey_check",
                                                "ReportNotNullViolationError",
                                                "_bt_check_unique",
                                                "check_exclusion_or_unique_constraint",
                                                "comparetup_index_btree_tiebreak",
                                                "comparetup_index_btree",
                                                "domain_check_input",
                                                "ri_ReportViolation"};
  return std::ranges::find(kChecks, routine) != kChecks.end();
}

// Every row and column of it.
bool is_readable(const policy::Access& access, const Fields& fields) {
  const auto* schema = access.snapshot().schema(fields.schema);
  if (schema == nullptr) return false;
  const auto* relation = access.snapshot().relation(schema->oid, fields.relation);
  return relation != nullptr && !relation->has_row_security &&
         access.relation(*relation) == nullptr && !access.has_refused_columns(*relation);
}

bool keeps_detail(const Fields& fields, Origin origin, const policy::Access* access) {
  return access != nullptr && origin == Origin::Statement && fields.sqlstate.starts_with("23") &&
         is_readable(*access, fields);
}

bool hides(const Relaying& relaying) { return relaying.access != nullptr || relaying.is_hiding; }

struct Keeping {
  bool message = true, detail = true, names = true;
};

bool keeps(char code, string_view text, const Keeping& keeping) {
  switch (code) {
    case 'S':
    case 'V':
    case 'C':
    case 'F':
    case 'L':
    case 'R': return true;
    case 'M':
    case 'H': return keeping.message;
    case 'P': return is_number(text);
    case 'D': return keeping.detail;
    case 's':
    case 't':
    case 'c':
    case 'd':
    case 'n': return keeping.names;
    default: return false;  // a byte from a peer: W, q, p, and what is not known
  }
}

void append_field(std::string& body, char code, string_view text) {
  body.push_back(code);
  body.append(text).push_back('\0');
}

std::string position_told(string_view text, const policy::Rewritten* rewritten) {
  std::size_t position = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), position);
  const bool is_read = fault == std::errc{} && end == text.data() + text.size();
  if (!is_read || rewritten == nullptr) return std::string(text);
  return std::to_string(policy::original_position(*rewritten, position));
}

std::string told(const ServerText& text, const Keeping& keeping, const Relaying& relaying) {
  std::string body;
  each_field(text.body, [&](char code, string_view value) {
    const bool is_kept = !hides(relaying) || keeps(code, value, keeping);
    if (is_kept && code == 'P') {
      append_field(body, code, position_told(value, relaying.rewritten));
    } else if (is_kept) {
      append_field(body, code, value);
    }
    if (!is_kept && code == 'M') append_field(body, code, kWithheldMessage);
  });
  if (!keeping.message) append_field(body, 'H', kWithheldHint);
  body.push_back('\0');
  return body;
}

// Of what is not there as a whole only the beginning is known.
std::string told_in_short(string_view front) {
  std::string body;
  each_field(front, [&](char code, string_view value) {
    if (code == 'S' || code == 'V' || code == 'C') append_field(body, code, value);
  });
  append_field(body, 'M', kWithheldMessage);
  append_field(body, 'H', kWithheldHint);
  body.push_back('\0');
  return body;
}

}  // namespace

std::optional<std::string> relayed(const ServerText& text, const Relaying& relaying) {
  const bool is_cut = text.extent == ServerText::Extent::Front;
  if (!hides(relaying)) {
    if (relaying.rewritten == nullptr || is_cut) return std::nullopt;
    return told(text, {}, relaying);
  }
  if (is_cut) return told_in_short(text.body);
  const Fields fields = fields_of(text.body);
  const Origin origin = origin_of(text.kind, fields);
  return told(text,
              {.message = keeps_message(text.kind, fields, origin),
               .detail = keeps_detail(fields, origin, relaying.access),
               .names = origin != Origin::Below || is_constraint_check(fields.routine)},
              relaying);
}

}  // namespace gateway::session
