// SPDX-License-Identifier: Apache-2.0
// The functions that a statement may run and PostgreSQL does not bring, as the audit record has
// them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "policy/facts.h"

namespace gateway::relay {

class RecordedFunctions {
 public:
  void read(const policy::Facts& facts, const policy::catalog::Snapshot& snapshot);
  void clear();

  // Signatures, each once: "public.order_total(integer)". Valid until the next call.
  std::span<const std::string> names() const { return names_; }
  bool truncated() const { return truncated_; }

 private:
  void add(const policy::catalog::Function& function, const policy::catalog::Snapshot& snapshot);

  std::vector<std::string> names_;
  bool truncated_ = false;
};

}  // namespace gateway::relay
