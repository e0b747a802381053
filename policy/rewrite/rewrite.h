// SPDX-License-Identifier: Apache-2.0
// `select_star_policy: expand_safe` and `on_denied: filter` and `null`: the same text with its
// stars written out, or its relations replaced by what may be read of them. Text is spliced, not
// printed from the tree: what is not replaced stays byte for byte. The caller judges the result
// again.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "policy/facts.h"
#include "policy/rules/access.h"

namespace policy {

// `text` goes where `bytes` bytes from `offset` were. Sorted by offset, none overlaps.
struct Splice {
  std::size_t offset = 0;
  std::size_t bytes = 0;
  std::string text{};
};

// The splices of one statement, by `facts` with their shape, for the access policy of `access`; the
// error names the construct that stands in the way. No splices: there is nothing to rewrite.
std::expected<std::vector<Splice>, std::string> rewrite(std::string_view sql, const Facts& facts,
                                                        const Access& access);

std::string splice_text(std::string_view sql, const std::vector<Splice>& splices);

// True where `after`, the facts of the rewritten statement, reads the same columns as `before`
// does, the refused ones left out: no name has come to mean another thing.
bool means_the_same(const Facts& before, const Facts& after, const Access& access);

}  // namespace policy
