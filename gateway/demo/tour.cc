// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/tour.h"

#include <fmt/format.h>

#include <sstream>

#include "gateway/demo/child.h"
#include "gateway/demo/example_config.h"
#include "gateway/demo/http_get.h"
#include "gateway/demo/temp_dir.h"

namespace gateway::demo {
namespace {

using namespace std::chrono_literals;

constexpr auto kStatementTimeout = 30s;
constexpr auto kHttpTimeout = 5s;
constexpr int kShownLines = 8;
constexpr int kPsqlError = 1;         // a statement failed
constexpr int kPsqlNoConnection = 2;  // the connection did

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

Result<PsqlOutput> run_psql(const TourPlan& plan, const Step& step, Signals& signals) {
  const std::filesystem::path output = plan.scratch / "psql.out";
  std::error_code ignored;
  std::filesystem::remove(output, ignored);
  const std::string_view password =
      step.outcome == Outcome::LoginRefused ? "not-the-password" : kClientPassword;
  const Command command{
      .argv = {plan.psql, "-X", "-w", "-A", "-t", "-v", "VERBOSITY=verbose", "-h", "127.0.0.1",
               "-p", fmt::format("{}", plan.port), "-U", std::string(kClientUser), "-d",
               std::string(kDatabase), "-c", std::string(step.sql)},
      .environment = {fmt::format("PGPASSWORD={}", password), "PGCONNECT_TIMEOUT=10",
                      "LC_ALL=C.UTF-8"},
      .account = {},
      .input_path = {},
      .output_path = output};
  auto child = Child::spawn(command);
  if (!child) return std::unexpected(child.error());
  const auto code = child->wait(signals, kStatementTimeout);
  if (!code) return std::unexpected(code.error());
  return PsqlOutput{*code, read_file(output)};
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

// A line of the audit file that has all of `parts`.
std::string audit_complaint(const TourPlan& plan, std::vector<std::string_view> parts) {
  std::istringstream lines(read_file(plan.audit_path));
  std::string line;
  while (std::getline(lines, line)) {
    bool all = true;
    for (const std::string_view part : parts) all = all && line.contains(part);
    if (all) return {};
  }
  return fmt::format("no line of {} has {}", plan.audit_path.string(), fmt::join(parts, " and "));
}

void check_operations(const TourPlan& plan, Report& report) {
  report.add("GET /readyz says that it is ready", http_complaint(plan, "/readyz", ""));
  report.add("GET /metrics counts what was refused",
             http_complaint(plan, "/metrics", "status=\"denied\""));
  report.add("The audit file has the join, before it ran",
             audit_complaint(plan, {"\"query_allowed\"", "JOIN orders AS o"}));
  report.add("The audit file has the refused write",
             audit_complaint(plan, {"\"query_denied\"", "INSERT INTO orders"}));
  report.add("The audit file has the injection",
             audit_complaint(plan, {"\"query_denied\"", "DROP TABLE customers"}));
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
  return {};
}

Result<int> take_tour(const TourPlan& plan, Signals& signals) {
  Report report;
  for (const Step& step : tour_steps()) {
    const auto output = run_psql(plan, step, signals);
    if (!output) return std::unexpected(output.error());
    report.add(step.title, complaint(step, *output));
    fmt::print("       > {}\n", step.sql);
    print_indented(output->text);
  }
  check_operations(plan, report);
  return report.failures();
}

}  // namespace gateway::demo
