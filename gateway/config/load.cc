// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/load.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "gateway/config/bind.h"
#include "gateway/config/check.h"
#include "gateway/config/document.h"
#include "gateway/config/expand.h"
#include "gateway/config/overrides.h"
#include "gateway/config/text.h"
#include "gateway/config/url.h"

namespace gateway::config {
namespace {

// Defaults that depend on other keys, and spellings that are the same to PostgreSQL.
void complete(Config& config) {
  for (Database& database : config.databases) {
    if (database.dbname.empty()) database.dbname = database.name;
    for (std::string& guc : database.allowed_gucs) guc = lower(guc);
  }
}

std::expected<std::string, std::string> read_text(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(std::string("cannot be read: ") + std::strerror(errno));
  std::string text(kFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return std::unexpected(std::string("cannot be read: ") + std::strerror(errno));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

std::expected<Parsed, Diagnostics> accepted(Examined examined) {
  if (has_errors(examined.diagnostics)) return std::unexpected(std::move(examined.diagnostics));
  return Parsed{std::move(examined.config), std::move(examined.diagnostics),
                std::move(examined.places)};
}

}  // namespace

Examined examine(std::string_view text, const Sources& sources) {
  Diagnostics diagnostics;
  Node root = read_document(text, diagnostics);
  if (root.kind == Node::Kind::Null && has_errors(diagnostics)) return {{}, {}, diagnostics};
  apply_overrides(root, sources.environment, diagnostics);
  expand_tree(root, sources.environment, diagnostics);
  splice_urls(root, sources, diagnostics);
  Bound bound = bind_keys(root, sources, diagnostics);
  complete(bound.config);
  check(bound, diagnostics);
  sort_by_place(diagnostics);
  return {std::move(bound.config), std::move(bound.places), std::move(diagnostics)};
}

Examined examine_file(const std::string& path, const Sources& sources) {
  const auto text = read_text(path);
  if (text) return examine(*text, sources);
  Diagnostic unreadable;
  unreadable.message = text.error();
  return {{}, {}, {std::move(unreadable)}};
}

std::expected<Parsed, Diagnostics> parse(std::string_view text, const Sources& sources) {
  return accepted(examine(text, sources));
}

std::expected<Parsed, Diagnostics> load(const std::string& path, const Sources& sources) {
  return accepted(examine_file(path, sources));
}

}  // namespace gateway::config
