// SPDX-License-Identifier: Apache-2.0
// Property: any bytes give a Config or at least one error, never a crash; what is accepted is shown
// as YAML that, its secrets put back, is accepted again and shown the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/config/load.h"
#include "gateway/config/show.h"
#include "tests/fuzz/canary.h"

namespace {

namespace config = gateway::config;

constexpr std::string_view kVerifier =
    "SCRAM-SHA-256$4096:UG9zdGVybkV4YW1wbGUxIQ==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

config::Sources sources() {
  return {{{"SET", "value: [1]"}},
          [](const std::string& path, std::size_t) -> std::expected<std::string, std::string> {
            if (path == "/secret") return "from a file\n";
            return std::unexpected("does not exist");
          }};
}

using fuzz::require;

// `show` hides verifiers and passwords alike; a verifier must have its form.
std::string with_secrets(std::string text) {
  const std::string_view hidden = "verifier: \"***\"";
  for (auto at = text.find(hidden); at != std::string::npos; at = text.find(hidden, at + 1)) {
    text.replace(at, hidden.size(), "verifier: \"" + std::string(kVerifier) + '"');
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = config::parse(text, sources());
  if (!parsed) {
    require(config::has_errors(parsed.error()) && !fuzz::canary());
    return 0;
  }
  require(!config::has_errors(parsed->warnings));
  const std::string shown = config::show(parsed->config);
  const auto again = config::parse(with_secrets(shown), sources());
  require(again.has_value());
  require(config::show(again->config) == shown && !fuzz::canary());
  return 0;
}
