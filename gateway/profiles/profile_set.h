// SPDX-License-Identifier: Apache-2.0
// What the clients of one database are judged by at one moment: a profile for the database itself
// and one for each of its principals, bound to one catalog snapshot. Immutable, shared between
// threads. The wire and `postern check` both ask here, so they cannot differ. Knows no socket, file
// or clock.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gateway/config/config.h"
#include "gateway/config/principal.h"
#include "policy/catalog/snapshot.h"
#include "policy/standing.h"

namespace gateway::profiles {

using Catalog = std::shared_ptr<const policy::catalog::Snapshot>;

// True where a rule of the database or of one of its principals needs a catalog to be judged.
bool needs_catalog(const config::Database& database);

class ProfileSet {
 public:
  // `catalog` may be null: what needs one is then refused, `why` says for what reason.
  // Each profile gets an epoch that no other profile of the process has.
  ProfileSet(std::shared_ptr<const config::Database> database, const config::Listen& listen,
             Catalog catalog, std::string why = {});

  const policy::Standing& of(const config::Asker& asker) const;

  const config::Database& database() const { return *database_; }
  const Catalog& catalog() const { return catalog_; }

 private:
  std::shared_ptr<const config::Database> database_;
  Catalog catalog_;
  std::vector<policy::Standing> standings_;  // the database's own, then one a principal
};

}  // namespace gateway::profiles
