// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/record_format.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

namespace gateway::audit {
namespace {

using nlohmann::json;

constexpr Stamp kStamp{std::chrono::microseconds(1'795'246'800'000'001), 42};

const std::string& session() {
  static const std::string kMembers = format_session_members({.session_id = "s-\"1",
                                                              .database = "production",
                                                              .user = "analyst",
                                                              .auth_method = "scram-sha-256",
                                                              .client_ip = "10.0.0.7",
                                                              .client_port = 51324,
                                                              .application = "psql"});
  return kMembers;
}

template <typename Record>
std::string line(const Record& record, Redaction redaction = Redaction::Off,
                 std::string_view members = session()) {
  RecordFormat format(redaction, std::move(Digest::make().value()));
  std::string out;
  format.append(out, kStamp, members, record);
  return out;
}

template <typename Record>
json parsed(const Record& record, Redaction redaction = Redaction::Off) {
  const std::string out = line(record, redaction);
  EXPECT_EQ(out.find('\n'), out.size() - 1) << "one line a record";
  return json::parse(out);
}

TEST(RecordFormat, AnAllowedDecisionHasExactlyTheseMembers) {
  const Decision decision{.event = Event::QueryAllowed,
                          .request_id = 0xabc,
                          .sql = "SELECT 1",
                          .statement_class = "select",
                          .fingerprint = 0x50fde20626009abau,
                          .violations = {},
                          .error_code = {},
                          .error_message = {},
                          .policy_epoch = 3};
  EXPECT_EQ(parsed(decision), json::parse(R"({
    "timestamp":"2026-11-21T07:40:00.000001Z","seq":42,"event_type":"query_allowed",
    "request_id":"req_0000000000000abc","session_id":"s-\"1","door":"wire",
    "database":"production","principal":{"user":"analyst","auth":"scram-sha-256"},
    "client_info":{"ip":"10.0.0.7","port":51324,"application":"psql"},
    "query":{"sql":"SELECT 1","fingerprint":"50fde20626009aba","statement_class":"select",
      "sql_hash":"sha256:e004ebd5b5532a4b85984a62f8ad48a81aa3460c1ca07701f386135d72cdecf5"},
    "policy_checks":{"statement":"passed","schema_access":"skipped","table_access":"skipped",
      "column_access":"skipped","function_access":"skipped","explain_check":"skipped"},
    "violations":[],"result":{"status":"allowed"},
    "policy_epoch":3})"));
}

TEST(RecordFormat, ADecisionListsWhatItReadsAndWritesAndWhatWasJudged) {
  const std::string_view read[] = {"id", "a\"b"}, all[] = {"*"};
  const Object objects[] = {
      {.schema = "public", .relation = "users", .columns = read},
      {.schema = "public", .relation = "log", .access = Object::Access::Write},
      {.schema = "hr", .relation = "wide", .columns = all, .truncated = true}};
  const Violation violations[] = {{"column", "public.users.ssn", "columns.denied[0]"}};
  const json record = parsed(Decision{
      .sql = "SELECT 1",
      .rewritten_sql = "SELECT 2",
      .objects = objects,
      .objects_truncated = true,
      .checks = {.schema_access = CheckStatus::Passed, .column_access = CheckStatus::Warned},
      .violations = violations});
  EXPECT_EQ(record.at("objects"), json::parse(R"([
    {"schema":"public","relation":"users","columns":["id","a\"b"],"access":"read"},
    {"schema":"public","relation":"log","columns":[],"access":"write"},
    {"schema":"hr","relation":"wide","columns":["*"],"access":"read","truncated":true}])"));
  EXPECT_EQ(record.at("objects_truncated"), true);
  EXPECT_EQ(record.at("policy_checks").at("schema_access"), "passed");
  EXPECT_EQ(record.at("policy_checks").at("column_access"), "warned");
  EXPECT_EQ(record.at("result").at("status"), "warned");
  EXPECT_EQ(record.at("query").at("rewritten_sql"), "SELECT 2");
  const json redacted =
      parsed(Decision{.sql = "SELECT 1", .rewritten_sql = "SELECT 'x'"}, Redaction::On);
  EXPECT_EQ(redacted.at("query").at("rewritten_sql"), "SELECT $1");
}

TEST(RecordFormat, AnEndHasTheServersOwnTextUnlessLiteralsAreTakenOut) {
  const std::string text = std::string(kServerTextMax - 1, 'x') + "\u00e9";
  const End end{.status = EndStatus::Error,
                .sqlstate = "23514",
                .error_message = text,
                .error_detail = "Failing row contains (7)."};
  const json result = parsed(end).at("result");
  EXPECT_EQ(result.at("error_message"), std::string(kServerTextMax - 1, 'x'));
  EXPECT_EQ(result.at("error_detail"), "Failing row contains (7).");
  EXPECT_FALSE(parsed(end, Redaction::On).at("result").contains("error_message"));
  EXPECT_FALSE(parsed(end, Redaction::On).at("result").contains("error_detail"));
}

TEST(RecordFormat, ARefusalForWantOfAPlanHasTheServersTextUnlessLiteralsAreTakenOut) {
  const Decision decision{.event = Event::QueryDenied,
                          .sql = "SELECT x FROM t",
                          .violations = {},
                          .error_code = "QUERY_TOO_EXPENSIVE",
                          .error_message = "the server could not plan the statement",
                          .sqlstate = "P0001",
                          .error_detail = "the customer is called Meier"};
  const json result = parsed(decision).at("result");
  EXPECT_EQ(result.at("error_detail"), "the customer is called Meier");
  const json redacted = parsed(decision, Redaction::On).at("result");
  EXPECT_EQ(redacted.at("error_message"), "the server could not plan the statement");
  EXPECT_EQ(redacted.at("sqlstate"), "P0001");
  EXPECT_FALSE(redacted.contains("error_detail"));
}

TEST(RecordFormat, ADeniedDecisionNamesItsViolations) {
  const Violation violations[] = {{"statement", "COPY \"x\"", "never"},
                                  {"setting", "role", "gucs"}};
  const json record = parsed(Decision{.event = Event::QueryDenied,
                                      .request_id = 1,
                                      .sql = "COPY t TO PROGRAM 'x'",
                                      .statement_class = {},
                                      .fingerprint = 0,
                                      .checks = {.statement = CheckStatus::Denied},
                                      .violations = violations,
                                      .error_code = "UNSAFE_SQL",
                                      .error_message = "COPY TO PROGRAM is never allowed",
                                      .policy_epoch = 1});
  EXPECT_EQ(record.at("event_type"), "query_denied");
  EXPECT_EQ(record.at("policy_checks").at("statement"), "denied");
  EXPECT_EQ(record.at("violations"),
            json::parse(R"([{"check":"statement","resource":"COPY \"x\"","rule":"never"},
                            {"check":"setting","resource":"role","rule":"gucs"}])"));
  EXPECT_EQ(record.at("result"), json::parse(R"({"status":"denied","error_code":"UNSAFE_SQL",
                            "error_message":"COPY TO PROGRAM is never allowed"})"));
  EXPECT_FALSE(record.at("query").contains("fingerprint")) << "unknown is left out, not zero";
}

TEST(RecordFormat, NoStatementTextCanForgeAnotherRecord) {
  const std::string hostile[] = {"\"},\"x\":{\"", "a\nb\r{\"seq\":1}", std::string("nul\0end", 7),
                                 "\\\"",          ",\"door\":",        "\xe2\x80\xa8\x1b[2J"};
  for (const std::string& text : hostile) {
    const json record = parsed(Decision{.sql = text, .violations = {}});
    EXPECT_EQ(record.at("query").at("sql"), text);
    EXPECT_EQ(record.at("seq"), 42);
    EXPECT_FALSE(record.contains("x"));
  }
}

TEST(RecordFormat, BytesThatAreNotUtf8AreKept) {
  const json record = parsed(Decision{.sql = "SELECT '\xe4'", .violations = {}});
  EXPECT_EQ(record.at("query").at("sql_base64"), "U0VMRUNUICfkJw==");
  const std::string members = format_session_members({.session_id = "s", .application = "\xff"});
  EXPECT_EQ(json::parse("{" + members + "}").at("client_info").at("application_base64"), "/w==");
}

TEST(RecordFormat, RedactionLeavesNeitherTheLiteralNorItsHash) {
  const Decision decision{.event = Event::QueryDenied,
                          .sql = "SELECT 'geheim' /* geheim */",
                          .violations = {},
                          .error_code = "SYNTAX_ERROR",
                          .error_message = "near \"geheim\""};
  const Decision other{.sql = "SELECT 'anders'  ", .violations = {}};
  EXPECT_FALSE(line(decision, Redaction::On).contains("geheim"));
  const json record = parsed(decision, Redaction::On);
  EXPECT_EQ(record.at("query").at("sql"), "SELECT $1  ");
  EXPECT_EQ(record.at("query").at("sql_hash"),
            parsed(other, Redaction::On).at("query").at("sql_hash"));
}

TEST(RecordFormat, AnEndOfTheGatewaysOwnSaysSo) {
  const json result = parsed(End{.status = EndStatus::Error,
                                 .rows = 5,
                                 .sqlstate = "54000",
                                 .error_code = "RESULT_TOO_LARGE",
                                 .truncated = true})["result"];
  EXPECT_EQ(result["error_code"], "RESULT_TOO_LARGE");
  EXPECT_EQ(result["truncated"], true);
  EXPECT_EQ(result["rows"], 5);
}

TEST(RecordFormat, AnEndIsShort) {
  EXPECT_EQ(parsed(End{.request_id = 0xabc,
                       .status = EndStatus::Ok,
                       .rows = 12,
                       .elapsed = std::chrono::microseconds(12'045),
                       .sqlstate = {}}),
            json::parse(R"({"timestamp":"2026-11-21T07:40:00.000001Z","seq":42,
              "event_type":"query_executed","request_id":"req_0000000000000abc",
              "session_id":"s-\"1",
              "result":{"status":"ok","rows":12,"execution_time_ms":12.045}})"));
}

TEST(RecordFormat, EveryEndHasItsEventAndStatus) {
  struct Case {
    EndStatus status;
    const char* event;
    const char* text;
  };
  constexpr Case kCases[] = {
      {EndStatus::Ok, "query_executed", "ok"},
      {EndStatus::Error, "query_failed", "error"},
      {EndStatus::Skipped, "query_failed", "skipped"},
      {EndStatus::Prepared, "query_executed", "prepared"},
      {EndStatus::Suspended, "query_executed", "suspended"},
      {EndStatus::Cancelled, "query_failed", "cancelled"},
      {EndStatus::Disconnected, "query_failed", "disconnected"},
  };
  for (const Case& c : kCases) {
    const json record = parsed(End{.status = c.status, .sqlstate = "57014"});
    EXPECT_EQ(record.at("event_type"), c.event);
    const json& result = record.at("result");
    EXPECT_EQ(result.at("status"), c.text);
    EXPECT_EQ(result.at("sqlstate"), "57014");
    EXPECT_EQ(result.at("execution_time_ms"), 0.0);
    EXPECT_FALSE(result.contains("rows"));
  }
}

TEST(RecordFormat, OccurrencesSayWhatHappened) {
  struct Case {
    Event event;
    const char* text;
  };
  constexpr Case kCases[] = {{Event::SessionStarted, "session_started"},
                             {Event::SessionEnded, "session_ended"},
                             {Event::AuthenticationFailed, "authentication_failed"},
                             {Event::ConfigReloaded, "config_reloaded"},
                             {Event::DenialChanged, "denial_changed"}};
  for (const Case& c : kCases) {
    const json record = parsed(Occurrence{.event = c.event, .status = "ok", .detail = "a \"b\""});
    EXPECT_EQ(record.at("event_type"), c.text);
    EXPECT_EQ(record.at("result"), json::parse(R"({"status":"ok","detail":"a \"b\""})"));
    EXPECT_EQ(record.at("session_id"), "s-\"1");
  }
  const json alone = json::parse(
      line(Occurrence{.event = Event::ConfigReloaded, .status = "ok"}, Redaction::Off, ""));
  EXPECT_FALSE(alone.contains("session_id"));
  EXPECT_FALSE(alone.at("result").contains("detail"));
}

TEST(RecordFormat, ADenialSaysWhoWhatAndWhy) {
  const std::string members = format_denial_members(
      {.target = "USER 'ann'", .reason = "a \"leak\"", .seconds = 600, .uid = 1000});
  const json record = json::parse(
      line(Occurrence{.event = Event::DenialChanged, .status = "denied"}, Redaction::Off, members));
  EXPECT_EQ(record.at("operator"), json::parse(R"({"uid":1000})"));
  EXPECT_EQ(record.at("denial"),
            json::parse(R"({"target":"USER 'ann'","reason":"a \"leak\"","seconds":600})"));
  EXPECT_EQ(record.at("result"), json::parse(R"({"status":"denied"})"));
}

}  // namespace
}  // namespace gateway::audit
