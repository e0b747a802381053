// SPDX-License-Identifier: Apache-2.0
// Strings kept in large blocks, equal ones once. Views of them live as long as the arena.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "policy/catalog/snapshot.h"

namespace policy::catalog {

class Rows::Strings {
 public:
  std::string_view keep(std::string_view value);
  std::size_t bytes() const;  // of heap

 private:
  std::string_view copy(std::string_view value);
  void grow();

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  std::size_t free_bytes_ = 0;
  std::size_t block_bytes_ = 0;          // of all blocks
  std::vector<std::string_view> slots_;  // open addressing; a null view is free
  std::size_t kept_count_ = 0;
};

}  // namespace policy::catalog
