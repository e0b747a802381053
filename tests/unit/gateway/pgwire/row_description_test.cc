// SPDX-License-Identifier: Apache-2.0
#include "gateway/pgwire/row_description.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/gateway/pgwire/bytes.h"

namespace gateway::pgwire {
namespace {

using namespace wire;

std::string column(std::string_view name, std::uint32_t relation, std::uint16_t number) {
  return z(name) + be32(relation) + be16(number) + be32(25) + be16(4) + be32(0) + be16(0);
}

TEST(RowDescription, TellsWhereEachColumnComesFrom) {
  const std::string body =
      be16(3) + column("a", 16400, 2) + column("", 0, 0) + column("ctid", 16400, 0xffff);
  RowDescriptionReader reader(body);
  const auto first = reader.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->relation, 16400u);
  EXPECT_EQ(first->column, 2);
  EXPECT_EQ(reader.next()->relation, 0u);
  EXPECT_EQ(reader.next()->column, -1);
  EXPECT_FALSE(reader.is_whole() && reader.next());
  EXPECT_TRUE(reader.is_whole());
}

TEST(RowDescription, IsNotWholeAtAnyCut) {
  const std::string body = be16(2) + column("id", 16400, 1) + column("email", 16400, 2);
  for (std::size_t size = 0; size < body.size(); ++size) {
    RowDescriptionReader reader(std::string_view(body).substr(0, size));
    while (reader.next()) {
    }
    EXPECT_FALSE(reader.is_whole()) << size;
  }
}

TEST(RowDescription, IsNotWholeWithBytesBehindIt) {
  const std::string body = be16(1) + column("id", 16400, 1) + 'x';
  RowDescriptionReader reader(body);
  EXPECT_TRUE(reader.next());
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.is_whole());
}

TEST(RowDescription, MayHaveNoColumns) {
  const std::string body = be16(0);
  RowDescriptionReader reader(body);
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.is_whole());
}

}  // namespace
}  // namespace gateway::pgwire
