// SPDX-License-Identifier: Apache-2.0
// `postern demo --check`: statements sent through the gateway with psql, each with what must come
// back. What PostgreSQL refuses and what Postern refuses are told apart: the check is honest about
// who did it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/demo/failure.h"
#include "gateway/demo/signals.h"

namespace gateway::demo {

enum class Outcome : std::uint8_t {
  Succeeds,
  RefusedByPostern,  // an ERROR with 42501, a DETAIL with the code, and a HINT
  PostgresError,     // an ERROR that PostgreSQL raised, passed on unchanged
  LoginRefused,
};

struct Step {
  std::string_view title;
  std::string_view sql;  // one psql -c argument: SQL or a backslash command
  Outcome outcome = Outcome::Succeeds;
  std::vector<std::string_view> shows;  // all of these in the output
};

// The statements of the tour, in order.
const std::vector<Step>& tour_steps();

struct PsqlOutput {
  int exit_code = 0;
  std::string text;  // standard output and error
};

// What is wrong with that output, as a sentence; empty if nothing is.
std::string complaint(const Step& step, const PsqlOutput& output);

struct TourPlan {
  std::filesystem::path psql;
  std::uint16_t port = 0;
  std::uint16_t metrics_port = 0;
  std::filesystem::path audit_path;
  std::filesystem::path scratch;  // a directory for psql's output
};

// Prints every step with its result. How many did not do what they should.
Result<int> take_tour(const TourPlan& plan, Signals& signals);

}  // namespace gateway::demo
