// SPDX-License-Identifier: Apache-2.0
// Where in a text the statement stands that another one holds. Knows the tokens of scan.l, and of
// the grammar only how COPY and EXPLAIN begin.
#pragma once

#include <cstddef>
#include <string_view>

namespace policy {

struct TextRange {
  std::size_t offset = 0;
  std::size_t bytes = 0;  // 0: it was not found
};

// Of `COPY (query) TO …` the query, of `EXPLAIN (options) query` or `EXPLAIN ANALYZE query` that.
// `statement` is all of it; the parser has taken it.
TextRange text_inside(std::string_view sql, const TextRange& statement);

// The name that begins at `offset`, with schema and database where they are written.
TextRange name_at(std::string_view sql, std::size_t offset);

}  // namespace policy
