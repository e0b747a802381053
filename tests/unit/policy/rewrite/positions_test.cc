// SPDX-License-Identifier: Apache-2.0
// Where an error of a rewritten text is in the text of the client.
#include "policy/rewrite/positions.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "policy/reader/reader.h"
#include "policy/rules/access.h"
#include "tests/unit/policy/resolver/world.h"

namespace policy {
namespace {

Verdict filtered(std::string_view sql) {
  AccessPolicy policy{.allowed_schemas = {"public"},
                      .columns = {.denied = {"users.ssn", "users.password_hash"},
                                  .on_denied = OnDenied::Filter,
                                  .select_star_policy = SelectStar::ExpandSafe}};
  const Profile profile{.access =
                            std::make_shared<const Access>(std::move(policy), corpus_snapshot(),
                                                           std::vector<std::string>{"public"})};
  return judge({.sql = sql, .parameter_types = {}, .profile = profile});
}

// The client's text from where `marker` of the rewritten text is said to be.
std::string_view told_at(std::string_view sql, std::string_view marker) {
  const Verdict verdict = filtered(sql);
  EXPECT_FALSE(verdict.rewritten.empty()) << verdict.refusal()->message;
  const std::size_t byte = verdict.rewritten.find(marker);
  EXPECT_NE(byte, std::string::npos) << verdict.rewritten;
  const std::size_t position =
      original_position(rewritten_by(sql, verdict), character_at(verdict.rewritten, byte));
  for (std::size_t at = 0; at < sql.size(); ++at) {
    const bool is_start = (static_cast<unsigned char>(sql[at]) & 0xC0) != 0x80;
    if (is_start && character_at(sql, at) == position) return sql.substr(at);
  }
  return "";
}

TEST(OriginalPosition, CountsCharactersBehindWhatWasPutIn) {
  constexpr std::string_view kText =
      "SELECT 'äöü€𝄞', u.* FROM users u WHERE u.email = 'ß' AND u.id = 1/0";
  EXPECT_EQ(told_at(kText, "1/0"), "1/0");
  EXPECT_EQ(told_at(kText, "äöü"), "äöü€𝄞', u.* FROM users u WHERE u.email = 'ß' AND u.id = 1/0");
  EXPECT_EQ(told_at(kText, "WHERE u.email"), "WHERE u.email = 'ß' AND u.id = 1/0");
}

TEST(OriginalPosition, InsideWhatWasPutInIsWhereTheReplacedPartBegan) {
  const std::string_view told = told_at("SELECT 'é', * FROM users u", "full_name");
  EXPECT_TRUE(told.starts_with("*") || told.starts_with("users")) << told;
}

TEST(OriginalPosition, KnowsSeveralStatementsAndSeveralReplacements) {
  constexpr std::string_view kText =
      "SELECT * FROM users /* ü */; SELECT a.*, b.* FROM users a, users b WHERE a.id = 2/0";
  EXPECT_EQ(told_at(kText, "2/0"), "2/0");
  EXPECT_EQ(told_at(kText, "/* ü */"),
            "/* ü */; SELECT a.*, b.* FROM users a, users b WHERE a.id = 2/0");
}

TEST(OriginalPosition, IsTheSameWithoutReplacements) {
  EXPECT_EQ(original_position({.original = "SELECT 1"}, 5), 5u);
  EXPECT_EQ(original_position({.original = "SELECT 1"}, 0), 0u);
}

TEST(OriginalPosition, GoesNoFurtherThanTheText) {
  const Rewritten text{.original = "SELECT *",
                       .text = "SELECT id, b",
                       .replacements = {{.offset = 7, .bytes = 1, .put_bytes = 5}}};
  EXPECT_EQ(original_position(text, 9), 8u);
  EXPECT_EQ(original_position(text, 13), 9u);
  EXPECT_EQ(original_position(text, 1'000'000), 9u);
}

TEST(OriginalPosition, NotesWhatWasReplacedByItsPlace) {
  constexpr std::string_view kText = "SELECT 'ä', * FROM users";
  const Verdict verdict = filtered(kText);
  ASSERT_FALSE(verdict.replacements.empty());
  std::string made;
  std::size_t from = 0, put_from = 0;
  for (const auto& each : verdict.replacements) {
    made += kText.substr(from, each.offset - from);
    put_from = made.size();
    made += verdict.rewritten.substr(put_from, each.put_bytes);
    from = each.offset + each.bytes;
  }
  made += kText.substr(from);
  EXPECT_EQ(made, verdict.rewritten);
}

}  // namespace
}  // namespace policy
