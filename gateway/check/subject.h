// SPDX-License-Identifier: Apache-2.0
// Whose statements on which database are judged: from the command line and the configuration to a
// profile, as the wire makes it.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "gateway/config/config.h"
#include "policy/catalog/snapshot.h"
#include "policy/judge.h"

namespace gateway::check {

using Catalog = std::shared_ptr<const policy::catalog::Snapshot>;

struct Subject {
  policy::Profile profile{};
  Catalog catalog{};  // null where none was needed
  int server_major = 15;
  const config::Database* database = nullptr;  // of the configuration that was given
};

enum class CatalogUse : std::uint8_t { WhereNeeded, Always };

struct Choice {
  std::string database{};  // empty: the only one
  std::string user{};      // empty: nobody in particular
  std::string catalog{};   // snapshot file; empty: ask the database, where rules need it
  CatalogUse catalog_use = CatalogUse::WhereNeeded;
};

// The error is a sentence for the operator.
std::expected<Catalog, std::string> read_catalog(const std::string& path);
std::expected<Subject, std::string> subject_of(const config::Config& config, const Choice& choice);

}  // namespace gateway::check
