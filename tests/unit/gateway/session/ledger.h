// SPDX-License-Identifier: Apache-2.0
// A Recorder that checks as it listens: each allowed decision gets exactly one end, and each
// statement that runs was decided on, by its text, as often as it runs.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gateway/session/recorder.h"

namespace gateway::session {

class Ledger final : public Recorder {
 public:
  void on_decision(const Decision& decision) override {
    if (!decision.allowed()) {
      ++refused;
      refusals.emplace_back(decision.error_code);
      refused_as = std::string(decision.error_message) + '|' +
                   std::string(decision.server_error.sqlstate) + '|' +
                   std::string(decision.server_error.message);
      return;
    }
    ++allowed[std::string(decision.sql)];
    plans.push_back(decision.plan);
    if (!open.insert(decision.request_id).second) blame("two decisions with one id");
  }
  void on_end(const End& end) override {
    if (open.erase(end.request_id) == 0) blame("an end without a decision, or a second one");
    outcomes[end.request_id] = end.outcome;
    if (end.error.error_code) ended_by = policy::face(*end.error.error_code).name;
    if (end.truncated) truncated_rows = end.rows;
    if (!end.error.message.empty()) {
      said = std::string(end.error.message) + '|' + std::string(end.error.detail);
    }
  }

  void on_read(const std::string& text) {
    if (is_the_gateways(text)) return;
    if (!allowed.contains(text)) blame("reached the server without a decision: " + text);
  }
  void on_run(const std::string& text) {
    if (is_the_gateways(text)) return;
    if (++runs[text] > allowed[text]) blame("ran without a decision of its own: " + text);
  }
  void blame(std::string what) {
    if (fault.empty()) fault = std::move(what);
  }

  // The settings of the log-in, which were judged there; a name that must not exist.
  static bool is_the_gateways(std::string_view text) {
    return text.starts_with("/* postern") || text == "EXECUTE _postern_absent_";
  }

  std::map<std::string, int, std::less<>> allowed, runs;
  std::vector<std::string> refusals;
  std::string refused_as;        // last: message|the server's SQLSTATE|the server's message
  std::vector<PlanCheck> plans;  // of what was allowed
  std::set<std::uint64_t> open;
  std::map<std::uint64_t, Outcome> outcomes;
  std::string said;                  // by the server of what failed last: message|detail
  std::string ended_by;              // the gateway's error code of what it ended last
  std::int64_t truncated_rows = -1;  // that went to the client of what was cut last
  std::size_t refused = 0;
  std::string fault;
};

}  // namespace gateway::session
