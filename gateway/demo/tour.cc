// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/tour.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <sstream>

#include "gateway/demo/http_get.h"
#include "gateway/demo/temp_dir.h"

namespace gateway::demo {
namespace {

using namespace std::chrono_literals;

constexpr auto kHttpTimeout = 5s;
constexpr auto kRecordMax = 5s;
constexpr auto kRecordPoll = 10ms;
constexpr int kShownLines = 8;

// One line of the tour's output: what was tried, and what is wrong with the result.
class Report {
 public:
  void add(std::string_view title, std::string_view complaint) {
    fmt::print("{} {}\n", complaint.empty() ? "[ ok ]" : "[FAIL]", title);
    if (!complaint.empty()) fmt::print("       {}\n", complaint);
    failures_ += complaint.empty() ? 0 : 1;
  }
  int failures() const { return failures_; }

 private:
  int failures_ = 0;
};

void print_indented(std::string_view text) {
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int shown = 0; std::getline(lines, line); ++shown) {
    if (shown == kShownLines) {
      fmt::print("       …\n");
      return;
    }
    fmt::print("       {}\n", line);
  }
}

PsqlLogin login_of(const TourPlan& plan, const Step& step) {
  return {.port = plan.port,
          .user = step.user,
          .password = step.outcome == Outcome::LoginRefused ? "not-the-password" : kClientPassword,
          .options = {}};
}

int expected_exit(Outcome outcome) {
  switch (outcome) {
    case Outcome::Succeeds: return 0;
    case Outcome::RefusedByPostern:
    case Outcome::PostgresError: return kPsqlError;
    case Outcome::LoginRefused: return kPsqlNoConnection;
  }
  return -1;
}

std::string http_complaint(const TourPlan& plan, std::string path, std::string_view shows) {
  const auto reply = http_get({plan.metrics_port, std::move(path)}, kHttpTimeout);
  if (!reply) return reply.error().message;
  if (reply->status != 200) return fmt::format("it answered with status {}", reply->status);
  if (!reply->body.contains(shows)) return fmt::format("`{}` is not in its answer", shows);
  return {};
}

// The first line of the audit file that has all of `parts`; empty if none has.
std::string audit_line(const TourPlan& plan, const std::vector<std::string_view>& parts) {
  std::istringstream lines(read_file(plan.audit_path));
  std::string line;
  while (std::getline(lines, line)) {
    if (std::ranges::all_of(parts, [&](auto part) { return line.contains(part); })) return line;
  }
  return {};
}

std::string audit_complaint(const TourPlan& plan, const std::vector<std::string_view>& parts) {
  if (!audit_line(plan, parts).empty()) return {};
  return fmt::format("no line of {} has {}", plan.audit_path.string(), fmt::join(parts, " and "));
}

// The gateway's own user must get an answer where Postern refused one.
Result<std::string> alone_complaint(const TourPlan& plan, const Step& step, Signals& signals) {
  if (step.alone == Alone::NotAsked) return std::string();
  const auto output = run_psql(plan.psql, plan.server, step.sql, signals);
  if (!output) return std::unexpected(output.error());
  if (output->exit_code == 0) return std::string();
  return "PostgreSQL alone refuses it, too: " + output->text;
}

std::vector<std::string_view> refusal_record(const Step& step) {
  return {"\"query_denied\"", step.sql, "\"violations\":[{"};
}

// A refusal is told a moment before its record is written, in one turn of the gateway's loop.
std::string refusal_record_complaint(const TourPlan& plan, const Step& step, Signals& signals) {
  const auto deadline = std::chrono::steady_clock::now() + kRecordMax;
  std::string wrong = audit_complaint(plan, refusal_record(step));
  while (!wrong.empty() && !signals.stopping() && std::chrono::steady_clock::now() < deadline) {
    signals.wait(kRecordPoll);
    wrong = audit_complaint(plan, refusal_record(step));
  }
  return wrong;
}

Result<std::string> whole_complaint(const TourPlan& plan, const Step& step,
                                    const PsqlOutput& output, Signals& signals) {
  if (auto wrong = complaint(step, output); !wrong.empty()) return wrong;
  if (step.outcome == Outcome::RefusedByPostern) {
    if (auto wrong = refusal_record_complaint(plan, step, signals); !wrong.empty()) return wrong;
  }
  return alone_complaint(plan, step, signals);
}

// From the audit record of a refusal: what was refused, and by which rule.
void print_violations(const TourPlan& plan, const Step& step) {
  const std::string line = audit_line(plan, refusal_record(step));
  const std::size_t start = line.find("\"violations\":[{"), end = line.find("}]", start);
  if (end == std::string::npos) return;
  fmt::print("       audit: query_denied {}\n", line.substr(start, end + 2 - start));
}

Result<void> take(const TourPlan& plan, const Step& step, Report& report, Signals& signals) {
  const auto output = run_psql(plan.psql, login_of(plan, step), step.sql, signals);
  if (!output) return std::unexpected(output.error());
  const auto wrong = whole_complaint(plan, step, *output, signals);
  if (!wrong) return std::unexpected(wrong.error());
  report.add(step.title, *wrong);
  fmt::print("       {}> {}\n", step.user, step.sql);
  print_indented(output->text);
  if (step.outcome == Outcome::RefusedByPostern) print_violations(plan, step);
  return {};
}

void check_operations(const TourPlan& plan, Report& report) {
  report.add("GET /readyz says that it is ready", http_complaint(plan, "/readyz", ""));
  report.add("GET /metrics counts what was refused",
             http_complaint(plan, "/metrics", "status=\"denied\""));
  const std::vector<std::string_view> join = {"\"query_allowed\"", "JOIN orders AS o"};
  report.add("The audit file has the join, before it ran", audit_complaint(plan, join));
  print_indented(audit_line(plan, join));
  const std::vector<std::string_view> secret = {"\"query_denied\"", "SELECT full_name, ssn FROM",
                                                "public.customers.ssn", "columns.denied[0]"};
  report.add("It has what was refused, and why", audit_complaint(plan, secret));
  print_indented(audit_line(plan, secret));
}

}  // namespace

std::string complaint(const Step& step, const PsqlOutput& output) {
  if (output.exit_code != expected_exit(step.outcome)) {
    return fmt::format("psql ended with {}, not {}", output.exit_code, expected_exit(step.outcome));
  }
  std::vector<std::string_view> shows = step.shows;
  if (step.outcome == Outcome::RefusedByPostern) {
    shows.insert(shows.end(), {"ERROR:  42501: ", "DETAIL:  ", "(rule: ", "HINT:  "});
    if (output.text.contains("ran-anyway")) return "the statement before it ran";
  }
  for (const std::string_view text : shows) {
    if (!output.text.contains(text)) return fmt::format("`{}` is not in the output", text);
  }
  for (const std::string_view text : step.hides) {
    if (output.text.contains(text)) return fmt::format("`{}` is in the output", text);
  }
  return {};
}

Result<int> take_tour(const TourPlan& plan, Signals& signals) {
  Report report;
  for (const Step& step : tour_steps()) {
    const auto taken = take(plan, step, report, signals);
    if (!taken) return std::unexpected(taken.error());
  }
  check_operations(plan, report);
  return report.failures();
}

}  // namespace gateway::demo
