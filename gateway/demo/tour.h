// SPDX-License-Identifier: Apache-2.0
// `postern demo --check`: statements sent through the gateway with psql, each with what must come
// back. What PostgreSQL refuses and what Postern refuses are told apart: the check is honest about
// who did it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/demo/example_config.h"
#include "gateway/demo/failure.h"
#include "gateway/demo/psql.h"
#include "gateway/demo/signals.h"

namespace gateway::demo {

enum class Outcome : std::uint8_t {
  Succeeds,
  RefusedByPostern,  // an ERROR with 42501, a DETAIL with the code, a HINT, and an audit record
  PostgresError,     // an ERROR as PostgreSQL words it
  LoginRefused,
};

// What the same statement gets from PostgreSQL when the gateway's own user asks it.
enum class Alone : std::uint8_t {
  NotAsked,
  Answered,  // so that a refusal is the policy's, and not one of the server's grants
};

struct Step {
  std::string_view title;
  std::string_view sql;  // one psql -c argument: SQL or a backslash command
  Outcome outcome = Outcome::Succeeds;
  std::vector<std::string_view> shows = {};  // all of these in the output
  std::vector<std::string_view> hides = {};  // none of these
  Alone alone = Alone::NotAsked;
  std::string_view user = kClientUser;
};

// The statements of the tour, in order.
const std::vector<Step>& tour_steps();

// What is wrong with that output, as a sentence; empty if nothing is.
std::string complaint(const Step& step, const PsqlOutput& output);

struct TourPlan {
  Psql psql;
  std::uint16_t port = 0;
  std::uint16_t metrics_port = 0;
  PsqlLogin server;  // the gateway's own
  std::filesystem::path audit_path;
};

// Prints every step with its result. How many did not do what they should.
Result<int> take_tour(const TourPlan& plan, Signals& signals);

}  // namespace gateway::demo
