// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/gateway/config/support.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace gateway::config::test {
namespace {

const std::map<std::string, std::string> kFiles{
    {"/secret", "s3cret\n"}, {"/empty", "\n"},
    {"/crlf", "s3cret\r\n"}, {"/nul", std::string("a\0b", 3)},
    {"/latin1", "caf\xe9"},  {"/url", "postgresql://reader:pw@db:5433/shop\n"},
};

std::expected<std::string, std::string> read_fake(const std::string& path, std::size_t) {
  const auto file = kFiles.find(path);
  if (file == kFiles.end()) return std::unexpected("does not exist");
  return file->second;
}

}  // namespace

std::string document(const Pieces& pieces) { return pieces.rest + pieces.users + pieces.databases; }

std::string with_database(std::string_view keys) {
  return document({.databases = fmt::format("databases:\n  - {{name: shop, user: reader, "
                                            "pool_mode: session, readonly_role: ro, {}}}\n",
                                            keys)});
}

std::string with_user(std::string_view keys) {
  return document({.users = fmt::format("users:\n  - {{name: ann, {}}}\n", keys)});
}

std::string with(std::string_view text) { return document({.rest = std::string(text) + "\n"}); }

Sources sources(Environment environment) { return {std::move(environment), read_fake}; }

std::vector<std::string> said(std::string_view text, const Sources& sources) {
  const auto parsed = parse(text, sources);
  std::vector<std::string> lines;
  for (const Diagnostic& d : parsed ? parsed->warnings : parsed.error()) {
    lines.push_back(describe(d, "f"));
  }
  return lines;
}

std::vector<std::string> errors(std::string_view text, const Sources& sources) {
  auto lines = said(text, sources);
  std::erase_if(lines, [](const std::string& line) { return line.contains(": warning: "); });
  return lines;
}

Config valid(std::string_view text, const Sources& sources) {
  const auto parsed = parse(text, sources);
  if (parsed) return parsed->config;
  for (const Diagnostic& d : parsed.error()) ADD_FAILURE() << describe(d, "f");
  return {};
}

}  // namespace gateway::config::test
