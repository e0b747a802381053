// SPDX-License-Identifier: Apache-2.0
// The part of a script of grants that is about schemas, relations and functions. Pure text.
#pragma once

#include <string>

#include "gateway/grants/rights.h"
#include "gateway/grants/server_facts.h"

namespace gateway::grants {

class ObjectGrants {
 public:
  // `role`: as SQL.
  ObjectGrants(const Rights& rights, const ServerFacts& facts, std::string role);

  std::string schemas() const;    // takes all in them, and gives those that may be used
  std::string relations() const;  // columns of what may be read or written
  // What PUBLIC, and so the role, has beyond the policy.
  std::string from_public() const;
  std::string sequences() const;
  std::string functions() const;

 private:
  std::string grant(const policy::catalog::Relation& relation) const;
  std::string grant(std::string_view privilege, const std::string& object) const;
  std::string read_grant(const policy::catalog::Relation& relation,
                         const RelationRights& rights) const;
  std::string write_grant(const policy::catalog::Relation& relation,
                          const RelationRights& rights) const;
  bool serves_insert(policy::catalog::Oid sequence) const;

  const Rights& rights_;
  const ServerFacts& facts_;
  std::string role_;
};

// May everybody have what PUBLIC was given on it, as far as the policy goes?
bool allows(const Rights& rights, const policy::catalog::Relation& relation,
            const PublicGrant& grant);

}  // namespace gateway::grants
