// SPDX-License-Identifier: Apache-2.0
// What a script of grants has to know of the server beside the catalog snapshot: the role as it is
// now, what everybody may do, which column takes its default from which sequence.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/upstream/plain_rows.h"
#include "policy/catalog/snapshot.h"

namespace gateway::grants {

struct Membership {
  std::string group{}, grantor{};
};

struct RoleFacts {
  bool is_superuser = false;
  std::vector<std::string> attributes{};  // "BYPASSRLS" and the like that it has
  std::vector<Membership> member_of{};
  std::size_t owned_count = 0;  // objects of this database, and databases
};

// Something that PUBLIC was given.
struct PublicGrant {
  policy::catalog::Oid object = 0;  // a relation, or a schema
  std::int16_t column = 0;          // 0: the relation as a whole
  std::string privilege{};          // "SELECT"
};

struct OwnedSequence {
  policy::catalog::Oid sequence = 0;
  policy::catalog::Oid relation = 0;
  std::int16_t column = 0;
};

struct ServerFacts {
  std::string database{};
  RoleFacts role{};
  std::vector<PublicGrant> on_relations{};  // none of the system's
  std::vector<PublicGrant> on_schemas{};
  std::vector<OwnedSequence> sequences{};  // of serial columns
};

// The error is a sentence.
std::expected<ServerFacts, std::string> ask_server_facts(upstream::PlainConnection& connection,
                                                         std::string_view role);

}  // namespace gateway::grants
