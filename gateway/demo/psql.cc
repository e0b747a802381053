// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/psql.h"

#include <fmt/format.h>

#include "gateway/demo/child.h"
#include "gateway/demo/example_config.h"
#include "gateway/demo/temp_dir.h"

namespace gateway::demo {
namespace {

using namespace std::chrono_literals;

constexpr auto kCommandTimeout = 30s;

}  // namespace

Result<PsqlOutput> run_psql(const Psql& psql, const PsqlLogin& login, std::string_view command,
                            Signals& signals) {
  const std::filesystem::path output = psql.scratch / "psql.out";
  std::error_code ignored;
  std::filesystem::remove(output, ignored);
  auto child = Child::spawn(
      {.argv = {psql.program, "-X", "-w", "-A", "-t", "-v", "VERBOSITY=verbose", "-h", "127.0.0.1",
                "-p", fmt::format("{}", login.port), "-U", std::string(login.user), "-d",
                std::string(kDatabase), "-c", std::string(command)},
       .environment = {fmt::format("PGPASSWORD={}", login.password),
                       fmt::format("PGOPTIONS={}", login.options), "PGCONNECT_TIMEOUT=10",
                       "LC_ALL=C.UTF-8"},
       .account = {},
       .input_path = {},
       .output_path = output});
  if (!child) return std::unexpected(child.error());
  const auto code = child->wait(signals, kCommandTimeout);
  if (!code) return std::unexpected(code.error());
  return PsqlOutput{*code, read_file(output)};
}

}  // namespace gateway::demo
