// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/json_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

namespace gateway::audit {
namespace {

using nlohmann::json;

std::string encoded(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string member(std::string_view text) {
  std::string out = "{";
  append_member(out, "sql", text);
  return out + "}";
}

TEST(JsonText, EveryAsciiByteComesBackAndNoneIsRawControl) {
  for (int byte = 0; byte < 0x80; ++byte) {
    const std::string text = std::string("a") + static_cast<char>(byte) + "b";
    const std::string out = encoded(text);
    EXPECT_EQ(json::parse(out).get<std::string>(), text) << byte;
    for (const char c : out) EXPECT_TRUE(c >= 0x20 && c != 0x7f) << byte;
  }
}

std::string utf8(char32_t code) {
  const auto tail = [code](unsigned shift) {
    return static_cast<char>(0x80 | ((code >> shift) & 63));
  };
  if (code < 0x800) return {static_cast<char>(0xC0 | code >> 6), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xE0 | code >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | code >> 18), tail(12), tail(6), tail(0)};
}

TEST(JsonText, EveryUnicodeCharacterStaysAsItIs) {
  std::string text;
  for (char32_t code = 0x80; code <= 0x10FFFF; ++code) {
    if (code == 0xD800) code = 0xE000;
    text.append(utf8(code));
  }
  EXPECT_TRUE(is_utf8(text));
  EXPECT_TRUE(encoded(text) == '"' + text + '"');
}

TEST(JsonText, RefusesWhatIsNotUtf8WhereverItStands) {
  const std::vector<std::string> bad = {
      "\x80",
      "\xBF",
      "\xC0\x80",
      "\xC1\xBF",
      "\xC3",
      "\xC3\x28",
      "\xE0\x80\x80",
      "\xE0\x9F\xBF",
      "\xE2\x82",
      "\xED\xA0\x80",
      "\xED\xBF\xBF",
      "\xF0\x8F\xBF\xBF",
      "\xF0\x9F\x98",
      "\xF4\x90\x80\x80",
      "\xF5\x80\x80\x80",
      "\xFE",
      "\xFF",
      "\xE2\x82\x28",
      "\xF0\x9F\x28\x80",
  };
  for (const std::string& bytes : bad) {
    for (std::size_t lead = 0; lead < 20; ++lead) {
      const std::string text = std::string(lead, 'x') + bytes;
      EXPECT_FALSE(is_utf8(text)) << json(bytes).dump(-1, ' ', true,
                                                      json::error_handler_t::replace);
      EXPECT_FALSE(is_utf8(text + "tail of ASCII"));
    }
  }
}

TEST(JsonText, KeepsEveryByteOfTextThatIsNotUtf8) {
  const std::pair<std::string, std::string> cases[] = {
      {"\xff", "/w=="},
      {"\xff\xfe", "//4="},
      {"\xff\xfe\xfd", "//79"},
      {"SELECT '\xe4'", "U0VMRUNUICfkJw=="},
  };
  for (const auto& [bytes, base64] : cases) {
    const json record = json::parse(member(bytes));
    EXPECT_EQ(record.at("sql_base64"), base64);
    EXPECT_FALSE(record.contains("sql"));
  }
  EXPECT_EQ(json::parse(member("caf\xc3\xa9 \xe2\x80\xa8 \xf0\x9f\x90\x98")).at("sql"),
            "caf\xc3\xa9 \xe2\x80\xa8 \xf0\x9f\x90\x98");
}

TEST(JsonText, NumbersAreExact) {
  std::string out;
  append_number(out, std::numeric_limits<std::int64_t>::min());
  out.push_back(' ');
  append_number(out, std::numeric_limits<std::uint64_t>::max());
  out.push_back(' ');
  append_hex(out, 0x0123456789abcdefu);
  append_hex(out, 0);
  EXPECT_EQ(out, "-9223372036854775808 18446744073709551615 0123456789abcdef0000000000000000");
}

}  // namespace
}  // namespace gateway::audit
