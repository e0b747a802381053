// SPDX-License-Identifier: Apache-2.0
// Whatever a server makes fail, and however the bytes arrive: what runs was judged and audited, a
// denied statement never runs, and the client sees what the server alone would have said, with
// refusals in the place of errors. Replay one: POSTERN_MODEL_SEED=n; many: POSTERN_MODEL_RUNS=n.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/unit/gateway/session/model_run.h"
#include "tests/unit/gateway/session/unbounded.h"

namespace gateway::session {
namespace {

#ifdef NDEBUG
constexpr std::uint32_t kRuns = 20'000;
#else
constexpr std::uint32_t kRuns = 4'000;
#endif
constexpr std::uint32_t kCanaryRuns = 20'000;

std::uint32_t number_from(const char* variable, std::uint32_t fallback) {
  const char* text = std::getenv(variable);
  return text == nullptr ? fallback : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

class Model : public testing::Test {
 protected:
  std::string play(std::uint32_t seed, model::ServerOptions options = {}) {
    ModelRun run({verdicts_, plans_, profile_, next_request_id_}, seed, options);
    std::string fault = run.play();
    refused_ += run.ledger().refused;
    for (const auto& [text, count] : run.ledger().runs) ran_ += static_cast<std::size_t>(count);
    return fault;
  }

  policy::VerdictCache verdicts_{16 << 20, 1};
  PlanCache plans_{1};
  std::shared_ptr<const policy::Profile> profile_ =
      std::make_shared<const policy::Profile>(policy::Profile{.mode = policy::Mode::Balanced});
  std::uint64_t next_request_id_ = 1;
  std::size_t refused_ = 0, ran_ = 0;
};

TEST_F(Model, RunsOnlyWhatWasJudgedAndAnswersAsTheServerWould) {
  const std::uint32_t first = number_from("POSTERN_MODEL_SEED", 1);
  const bool is_replay = std::getenv("POSTERN_MODEL_SEED") != nullptr;
  const std::uint32_t runs = is_replay ? 1 : number_from("POSTERN_MODEL_RUNS", kRuns);
  for (std::uint32_t seed = first; seed < first + runs; ++seed) {
    ASSERT_EQ(play(seed), "") << "POSTERN_MODEL_SEED=" << seed;
  }
  if (is_replay) return;
  EXPECT_GT(refused_, runs / 4);  // the runs reach what they are about
  EXPECT_GT(ran_, runs);
}

// The same where many statements need a plan first: allowed, refused, not made, stopped.
TEST_F(Model, AsksForPlansAndAnswersAsTheServerWould) {
  policy::PlanLimits limits;
  limits.cache_entries_max =
      0;  // a plan that is known is not asked for: the model does not know it
  profile_ = std::make_shared<const policy::Profile>(gated(limits));
  const std::uint32_t first = number_from("POSTERN_MODEL_SEED", 1);
  const bool is_replay = std::getenv("POSTERN_MODEL_SEED") != nullptr;
  const std::uint32_t runs = is_replay ? 1 : number_from("POSTERN_MODEL_RUNS", kRuns);
  for (std::uint32_t seed = first; seed < first + runs; ++seed) {
    ASSERT_EQ(play(seed), "") << "POSTERN_MODEL_SEED=" << seed;
  }
  if (is_replay) return;
  EXPECT_GT(refused_, runs / 2);
  EXPECT_GT(ran_, runs);
}

// The canary: a server that does what it should skip is noticed.
TEST_F(Model, NoticesAStatementThatWasNotTheJudgedOne) {
  for (std::uint32_t seed = 1; seed < kCanaryRuns; ++seed) {
    if (play(seed, {.registers_skipped = true}).starts_with("ran without")) return;
  }
  FAIL() << "the model test cannot fail";
}

}  // namespace
}  // namespace gateway::session
