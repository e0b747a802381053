// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/type_names.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/rules/shop.h"

namespace policy::rules {
namespace {

std::string round(const Shop& shop, std::string_view text) {
  const auto type = find_type(shop.snapshot(), shop.access().search_path(), text);
  return type ? type_name(shop.snapshot(), *type) : "";
}

TEST(TypeNames, AreReadAsPostgresReadsThemAndPrintedAsFormatType) {
  Rowset rows = shop_rows();
  rows.type("public", "Mood");
  rows.type("hr", "grade");
  const Shop shop(shop_policy(), std::move(rows));
  for (const auto& [text, printed] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"int", "integer"},
           {" INT4 ", "integer"},
           {"pg_catalog.int4", "integer"},
           {"integer[]", "integer[]"},
           {"int[3][]", "integer[]"},
           {"varchar(20)", "character varying"},
           {"character  varying (20) []", "character varying[]"},
           {"numeric(10, 2)", "numeric"},
           {"decimal", "numeric"},
           {"char(3)", "character"},
           {"\"char\"", "\"char\""},
           {"timestamp(3) with time zone", "timestamp with time zone"},
           {"double precision", "double precision"},
           {"variadic text[]", "text[]"},
           {"\"Mood\"", "public.\"Mood\""},
           {"mood", ""},
           {"grade", ""},
           {"hr.grade", "hr.grade"},
           {"nosuch.grade", ""},
           {"float(10)", ""},
           {"", ""},
           {"t*", ""},
       }) {
    EXPECT_EQ(round(shop, text), printed) << text;
  }
  EXPECT_EQ(type_name(shop.snapshot(), 999), "???");
}

}  // namespace
}  // namespace policy::rules
