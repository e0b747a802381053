// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/attack.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "gateway/config/load.h"
#include "gateway/config/profile.h"
#include "policy/catalog/json.h"
#include "policy/rules/access.h"
#include "tests/fuzz/canary.h"

namespace fuzz {
namespace {

using nlohmann::json;

std::string read(const char* name) {
  std::ifstream file(std::string(POSTERN_CORPUS) + "/" + name, std::ios::binary);
  require(file.good());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// One statement's text that `check` is to refuse; not one that is filled in at run time.
bool is_usable(const json& attack) {
  const std::string layer = attack.value("layer", "static");
  return attack.value("expect", "") == "deny" && attack.contains("sql") &&
         (layer == "catalog" || layer == "static") &&
         attack["sql"].get<std::string>().find("${") == std::string::npos;
}

void add_attacks(const std::string& lines, std::vector<std::string>& statements) {
  std::size_t at = 0;
  while (at < lines.size()) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    const auto attack = json::parse(lines.substr(at, end - at));
    if (is_usable(attack)) statements.push_back(attack["sql"].get<std::string>());
    at = end + 1;
  }
}

bool is_word_start(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}

bool is_word_part(char c) {
  return is_word_start(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '$';
}

// Where the token ends that begins at `at`: a word, white space, something quoted, a comment, or
// one byte. Escapes need no care: what is cut wrongly is only left as it is.
std::size_t token_end(std::string_view sql, std::size_t at) {
  const auto behind = [&](std::string_view mark, std::size_t from) {
    const auto found = sql.find(mark, from);
    return found == std::string_view::npos ? sql.size() : found + mark.size();
  };
  const char c = sql[at];
  if (sql.substr(at, 2) == "--") return std::min(sql.find_first_of("\r\n", at), sql.size());
  if (sql.substr(at, 2) == "/*") return sql.size();
  if (c == '\'' || c == '"') return behind(std::string_view(&c, 1), at + 1);
  if (c == '$') return sql.size();
  std::size_t end = at + 1;
  if (is_word_start(c)) {
    while (end < sql.size() && is_word_part(sql[end])) ++end;
    // E'…', U&"…": the rest is not looked into.
    if (end < sql.size() && (sql[end] == '\'' || sql[end] == '&')) return sql.size();
  }
  return end;
}

// Names of the schema that are no keywords: quoted in lower case they mean the same.
constexpr std::array<std::string_view, 14> kNames{
    "users",  "ssn",       "orders", "user_credentials", "password_hash", "vendors",  "webhooks",
    "secret", "analytics", "hr",     "api_keys",         "full_name",     "salaries", "email"};

constexpr std::array<std::string_view, 9> kBlanks{
    " ", "\n", "\t", "\r\n", "/**/", " \f ", "/* ' \" */", "--x'\n", "/* /* */ */ "};

void add_word(std::string& sql, std::string_view word, bool is_free, FuzzedDataProvider& input) {
  const bool is_name = std::ranges::find(kNames, word) != kNames.end();
  const int way = input.ConsumeIntegralInRange(0, 3);
  if (way == 1 && is_name && is_free) {
    sql.append("\"").append(word).append("\"");
    return;
  }
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    const bool changes = way == 2 && byte < 0x80 && input.ConsumeBool();
    sql += changes ? static_cast<char>(std::isupper(byte) ? std::tolower(byte) : std::toupper(byte))
                   : c;
  }
}

std::string respell(std::string_view attack, FuzzedDataProvider& input) {
  std::string sql;
  for (std::size_t at = 0; at < attack.size();) {
    const std::size_t end = token_end(attack, at);
    const std::string_view token = attack.substr(at, end - at);
    if (token == " " || token == "\n" || token == "\t") {
      sql += input.PickValueInArray(kBlanks);
    } else if (is_word_start(token.front()) && !token.contains('\'')) {
      add_word(sql, token, end >= attack.size() || attack[end] != '(', input);
    } else {
      sql += token;
    }
    at = end;
  }
  return sql;
}

struct Wrapper {
  std::string_view before, after;
};

// What cannot be wrapped so is no longer SQL, and refused for that. A new line ends a comment.
constexpr std::array<Wrapper, 14> kWrappers{
    {{"", ""},
     {"(", "\n)"},
     {"SELECT * FROM (", "\n) x"},
     {"SELECT 1 FROM (", "\n) x"},
     {"SELECT count(*) FROM (", "\n) AS \"X\""},
     {"WITH x AS (", "\n) SELECT * FROM x"},
     {"WITH x AS NOT MATERIALIZED (", "\n) SELECT 1"},
     {"EXPLAIN ANALYZE ", ""},
     {"EXPLAIN (ANALYZE, VERBOSE, COSTS OFF) ", ""},
     {"PREPARE x AS ", ""},
     {"DECLARE x CURSOR FOR ", ""},
     {"COPY (", "\n) TO STDOUT"},
     {"SELECT EXISTS (", "\n)"},
     {"SELECT 1 WHERE 1 IN (SELECT 1) AND EXISTS (", "\n)"}}};

constexpr std::array<Wrapper, 7> kNeighbours{
    {{"", ""},
     {"SELECT 1; ", ""},
     {"", "\n; SELECT 1"},
     {";;", "\n;"},
     {"SELECT id FROM orders; ", "\n; SHOW server_version;"},
     {"/* ; */ ", "\n/* */"},
     {"BEGIN; ", "\n; COMMIT"}}};

std::string wrap(const Wrapper& wrapper, std::string_view sql) {
  return std::string(wrapper.before).append(sql).append(wrapper.after);
}

}  // namespace

Attacks::Attacks() {
  // own.jsonl needs objects that the snapshot does not have.
  add_attacks(read("corpus.jsonl"), statements_);
  const auto parsed = gateway::config::parse(read("policy.yaml"), {});
  require(parsed.has_value() && !statements_.empty());
  const auto& database = parsed->config.databases.front();
  auto rows = policy::catalog::load_json(read("poldb.catalog.json"));
  require(rows.has_value());
  auto snapshot = std::make_shared<const policy::catalog::Snapshot>(*std::move(rows));
  server_major_ = snapshot->server_major();
  const auto inputs = gateway::config::profile_inputs(database, {});
  profile_ = gateway::config::profile_of(database, inputs, parsed->config.listen);
  profile_.access = std::make_shared<const policy::Access>(
      inputs.access.policy, std::move(snapshot), database.safe_search_path);
}

const Attacks& Attacks::of_corpus() {
  static const Attacks attacks;
  return attacks;
}

std::string disguise(std::string_view attack, FuzzedDataProvider& input) {
  std::string sql = respell(attack, input);
  for (int depth = input.ConsumeIntegralInRange(0, 2); depth > 0; --depth) {
    sql = wrap(input.PickValueInArray(kWrappers), sql);
  }
  return wrap(input.PickValueInArray(kNeighbours), sql);
}

}  // namespace fuzz
