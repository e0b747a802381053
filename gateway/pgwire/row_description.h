// SPDX-License-Identifier: Apache-2.0
// Where the columns of a RowDescription come from (PostgreSQL documentation 55.7), read front to
// back without allocation. Names, types and formats are skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/pgwire/body_reader.h"

namespace gateway::pgwire {

// PostgreSQL's most: 1664 columns (MaxTupleAttributeNumber) of a name of 63 bytes, its NUL and 18
// more; rounded up.
inline constexpr std::size_t kRowDescriptionBytesMax = 256 * 1024;

struct ColumnOrigin {
  std::uint32_t relation = 0;  // 0: the column is an expression
  std::int16_t column = 0;     // negative: a system column; 0: the whole row
};

class RowDescriptionReader {
 public:
  explicit RowDescriptionReader(std::string_view body);
  // Nothing: they are all read, or the body is malformed, which is_whole() tells.
  std::optional<ColumnOrigin> next();
  bool is_whole() const { return columns_left_ == 0 && reader_.at_end(); }

 private:
  BodyReader reader_;
  std::uint16_t columns_left_ = 0;
};

}  // namespace gateway::pgwire
