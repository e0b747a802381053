// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/record_format.h"

#include <utility>

#include "gateway/audit/json_text.h"
#include "gateway/audit/redact.h"

namespace gateway::audit {
namespace {

// A raw quote never occurs inside a JSON string, so this finds the end of session_id's member.
constexpr std::string_view kAfterSessionId = ",\"door\":";

void append_request_id(std::string& out, std::uint64_t id) {
  out.append(",\"request_id\":\"req_");
  append_hex(out, id);
  out.push_back('"');
}

void append_session(std::string& out, std::string_view members) {
  if (members.empty()) return;
  out.push_back(',');
  out.append(members);
}

void append_violations(std::string& out, std::span<const Violation> violations) {
  out.append(",\"violations\":[");
  for (const Violation& violation : violations) {
    if (out.back() != '[') out.push_back(',');
    out.push_back('{');
    append_member(out, "check", violation.check);
    out.push_back(',');
    append_member(out, "resource", violation.resource);
    out.push_back(',');
    append_member(out, "rule", violation.rule);
    out.push_back('}');
  }
  out.push_back(']');
}

void append_columns(std::string& out, const Object& object) {
  out.append(",\"columns\":[");
  for (const std::string_view column : object.columns) {
    if (out.back() != '[') out.push_back(',');
    append_json_string(out, column);
  }
  out.push_back(']');
}

void append_object(std::string& out, const Object& object) {
  out.push_back('{');
  append_member(out, "schema", object.schema);
  out.push_back(',');
  append_member(out, "relation", object.relation);
  append_columns(out, object);
  const bool is_read = object.access == Object::Access::Read;
  out.append(is_read ? ",\"access\":\"read\"" : ",\"access\":\"write\"");
  out.append(object.truncated ? ",\"truncated\":true}" : "}");
}

void append_objects(std::string& out, const Decision& decision) {
  if (decision.objects.empty()) return;
  out.append(",\"objects\":[");
  for (const Object& object : decision.objects) {
    if (out.back() != '[') out.push_back(',');
    append_object(out, object);
  }
  out.append(decision.objects_truncated ? "],\"objects_truncated\":true" : "]");
}

void append_functions(std::string& out, const Decision& decision) {
  if (decision.functions.empty()) return;
  out.append(",\"functions\":[");
  for (const std::string& function : decision.functions) {
    if (out.back() != '[') out.push_back(',');
    append_json_string(out, function);
  }
  out.append(decision.functions_truncated ? "],\"functions_truncated\":true" : "]");
}

void append_check(std::string& out, std::string_view name, CheckStatus status) {
  if (out.back() != '{') out.push_back(',');
  out.append("\"").append(name).append("\":\"").append(audit::name(status)).push_back('"');
}

void append_checks(std::string& out, const PolicyChecks& checks) {
  out.append(",\"policy_checks\":{");
  append_check(out, "statement", checks.statement);
  append_check(out, "schema_access", checks.schema_access);
  append_check(out, "table_access", checks.table_access);
  append_check(out, "column_access", checks.column_access);
  append_check(out, "function_access", checks.function_access);
  append_check(out, "explain_check", checks.explain_check);
  out.push_back('}');
}

void append_refusal(std::string& out, std::string_view code, std::string_view message) {
  out.append("\"denied\",");
  append_member(out, "error_code", code);
  out.push_back(',');
  append_member(out, "error_message", message);
}

void append_sqlstate(std::string& out, std::string_view sqlstate) {
  if (sqlstate.empty()) return;
  out.push_back(',');
  append_member(out, "sqlstate", sqlstate);
}

void append_milliseconds(std::string& out, std::chrono::microseconds elapsed) {
  const auto count = static_cast<std::uint64_t>(elapsed.count() < 0 ? 0 : elapsed.count());
  append_number(out, count / 1000);
  const auto rest = static_cast<unsigned>(count % 1000);
  const char digits[] = {'.', static_cast<char>('0' + rest / 100),
                         static_cast<char>('0' + rest / 10 % 10),
                         static_cast<char>('0' + rest % 10)};
  out.append(digits, sizeof digits);
}

}  // namespace

std::string_view name(Event event) {
  switch (event) {
    case Event::SessionStarted: return "session_started";
    case Event::SessionEnded: return "session_ended";
    case Event::AuthenticationFailed: return "authentication_failed";
    case Event::QueryAllowed: return "query_allowed";
    case Event::QueryDenied: return "query_denied";
    case Event::QueryExecuted: return "query_executed";
    case Event::QueryFailed: return "query_failed";
    case Event::ConfigReloaded: return "config_reloaded";
    case Event::DenialChanged: return "denial_changed";
  }
  std::unreachable();
}

std::string_view name(CheckStatus status) {
  switch (status) {
    case CheckStatus::Skipped: return "skipped";
    case CheckStatus::Passed: return "passed";
    case CheckStatus::Warned: return "warned";
    case CheckStatus::Denied: return "denied";
  }
  std::unreachable();
}

std::string_view name(EndStatus status) {
  switch (status) {
    case EndStatus::Ok: return "ok";
    case EndStatus::Error: return "error";
    case EndStatus::Skipped: return "skipped";
    case EndStatus::Prepared: return "prepared";
    case EndStatus::Suspended: return "suspended";
    case EndStatus::Cancelled: return "cancelled";
    case EndStatus::Disconnected: return "disconnected";
  }
  std::unreachable();
}

Event event_of(EndStatus status) {
  switch (status) {
    case EndStatus::Ok:
    case EndStatus::Prepared:
    case EndStatus::Suspended: return Event::QueryExecuted;
    case EndStatus::Error:
    case EndStatus::Skipped:
    case EndStatus::Cancelled:
    case EndStatus::Disconnected: return Event::QueryFailed;
  }
  std::unreachable();
}

std::string format_session_members(const SessionFacts& facts) {
  std::string out;
  append_member(out, "session_id", facts.session_id);
  out.append(kAfterSessionId).append("\"wire\",");
  append_member(out, "database", facts.database);
  out.append(",\"principal\":{");
  append_member(out, "user", facts.user);
  out.push_back(',');
  append_member(out, "auth", facts.auth_method);
  out.append("},\"client_info\":{");
  append_member(out, "ip", facts.client_ip);
  out.append(",\"port\":");
  append_number(out, std::uint64_t{facts.client_port});
  out.push_back(',');
  append_member(out, "application", facts.application);
  out.push_back('}');
  return out;
}

std::string format_denial_members(const DenialFacts& facts) {
  std::string out = "\"operator\":{\"uid\":";
  append_number(out, std::uint64_t{facts.uid});
  out.append("},\"denial\":{");
  append_member(out, "target", facts.target);
  if (!facts.reason.empty()) {
    out.push_back(',');
    append_member(out, "reason", facts.reason);
  }
  if (facts.seconds > 0) {
    out.append(",\"seconds\":");
    append_number(out, facts.seconds);
  }
  out.push_back('}');
  return out;
}

RecordFormat::RecordFormat(Redaction redaction, Digest digest)
    : redaction_(redaction), digest_(std::move(digest)) {}

void RecordFormat::append_head(std::string& out, const Stamp& stamp, Event event) {
  out.append("{\"timestamp\":\"");
  timestamp_.append(out, stamp.time);
  out.append("\",\"seq\":");
  append_number(out, stamp.sequence);
  out.append(",\"event_type\":\"");
  out.append(name(event));
  out.push_back('"');
}

void RecordFormat::append_server_text(std::string& out, std::string_view key,
                                      std::string_view text) {
  // Which of its words are values cannot be told.
  if (text.empty() || redaction_ == Redaction::On) return;
  out.push_back(',');
  if (text.size() > kServerTextMax) {
    std::size_t end = kServerTextMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text = text.substr(0, end);
  }
  append_member(out, key, text);
}

void RecordFormat::append_rewritten(std::string& out, std::string_view sql) {
  if (sql.empty()) return;
  out.push_back(',');
  if (redaction_ == Redaction::Off) return append_member(out, "rewritten_sql", sql);
  append_member(out, "rewritten_sql", redact_statement(sql));
}

void RecordFormat::append_query(std::string& out, const Decision& decision, std::string_view sql) {
  out.append(",\"query\":{");
  append_member(out, "sql", sql);
  const std::size_t before_hash = out.size();
  out.append(",\"sql_hash\":\"sha256:");
  if (digest_.append_hex(out, sql)) {
    out.push_back('"');
  } else {
    out.resize(before_hash);
  }
  if (decision.fingerprint != 0) {
    out.append(",\"fingerprint\":\"");
    append_hex(out, decision.fingerprint);
    out.push_back('"');
  }
  if (!decision.statement_class.empty()) {
    out.push_back(',');
    append_member(out, "statement_class", decision.statement_class);
  }
  append_rewritten(out, decision.rewritten_sql);
  out.push_back('}');
}

void RecordFormat::append(std::string& out, const Stamp& stamp, std::string_view session,
                          const Decision& decision) {
  const bool denied = decision.event == Event::QueryDenied;
  std::string redacted_sql, redacted_message;
  std::string_view sql = decision.sql, message = decision.error_message;
  if (redaction_ == Redaction::On) {
    sql = redacted_sql = redact_statement(sql);
    message = redacted_message = redact_message(message, redacted_sql);
  }
  append_head(out, stamp, decision.event);
  append_request_id(out, decision.request_id);
  append_session(out, session);
  append_query(out, decision, sql);
  append_objects(out, decision);
  append_functions(out, decision);
  append_checks(out, decision.checks);
  append_violations(out, decision.violations);
  out.append(",\"result\":{\"status\":");
  if (denied) {
    append_refusal(out, decision.error_code, message);
    append_sqlstate(out, decision.sqlstate);
    append_server_text(out, "error_detail", decision.error_detail);
  } else {
    out.append(decision.violations.empty() ? "\"allowed\"" : "\"warned\"");
  }
  out.append("},\"policy_epoch\":");
  append_number(out, decision.policy_epoch);
  out.append("}\n");
}

void RecordFormat::append(std::string& out, const Stamp& stamp, std::string_view session,
                          const End& end) {
  append_head(out, stamp, event_of(end.status));
  append_request_id(out, end.request_id);
  append_session(out, session.substr(0, session.find(kAfterSessionId)));
  out.append(",\"result\":{\"status\":\"");
  out.append(name(end.status));
  out.push_back('"');
  if (end.rows >= 0) {
    out.append(",\"rows\":");
    append_number(out, end.rows);
  }
  out.append(",\"execution_time_ms\":");
  append_milliseconds(out, end.elapsed);
  append_sqlstate(out, end.sqlstate);
  if (!end.error_code.empty()) {
    out.push_back(',');
    append_member(out, "error_code", end.error_code);
  }
  if (end.truncated) out.append(",\"truncated\":true");
  append_server_text(out, "error_message", end.error_message);
  append_server_text(out, "error_detail", end.error_detail);
  out.append("}}\n");
}

void RecordFormat::append(std::string& out, const Stamp& stamp, std::string_view session,
                          const Occurrence& occurrence) {
  append_head(out, stamp, occurrence.event);
  append_session(out, session);
  out.append(",\"result\":{");
  append_member(out, "status", occurrence.status);
  if (!occurrence.detail.empty()) {
    out.push_back(',');
    append_member(out, "detail", occurrence.detail);
  }
  out.append("}}\n");
}

}  // namespace gateway::audit
