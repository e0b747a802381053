// SPDX-License-Identifier: Apache-2.0
#include "gateway/pgwire/row_description.h"

namespace gateway::pgwire {
namespace {

constexpr std::size_t kTypeAndFormatBytes = 4 + 2 + 4 + 2;

}  // namespace

RowDescriptionReader::RowDescriptionReader(std::string_view body)
    : reader_(body), columns_left_(static_cast<std::uint16_t>(reader_.int16())) {}

std::optional<ColumnOrigin> RowDescriptionReader::next() {
  if (columns_left_ == 0) return std::nullopt;
  reader_.cstring();
  const ColumnOrigin origin{.relation = reader_.uint32(), .column = reader_.int16()};
  reader_.bytes(kTypeAndFormatBytes);
  if (!reader_.ok()) return std::nullopt;
  --columns_left_;
  return origin;
}

}  // namespace gateway::pgwire
