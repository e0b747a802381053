// SPDX-License-Identifier: Apache-2.0
#include "policy/reader/reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "policy/reader/effects.h"
#include "policy/reader/pg_nodes.h"
#include "policy/reader/raw_parse.h"
#include "policy/reader/tree_walk.h"

namespace policy {
namespace {

// Bison's own stack is bounded, and says so in the words of a syntax error.
bool parser_was_too_deep(std::string_view message) {
  return message.starts_with("memory exhausted");
}

ReadFailure failure_of(const RawParse& parse) {
  if (parse.status == RAW_PARSE_OUT_OF_MEMORY) return {.kind = ReadFailure::Kind::OutOfMemory};
  ReadFailure failure{.message = parse.message, .hint = parse.hint};
  if (parser_was_too_deep(failure.message)) failure.kind = ReadFailure::Kind::TooDeep;
  failure.position = parse.cursor < 0 ? 0 : static_cast<std::size_t>(parse.cursor);
  return failure;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

void set_range(std::string_view sql, const RawStmt& raw, StatementFacts& facts) {
  const auto begin = raw.stmt_location < 0 ? 0 : static_cast<std::size_t>(raw.stmt_location);
  std::size_t end = raw.stmt_len <= 0 ? sql.size() : begin + static_cast<std::size_t>(raw.stmt_len);
  std::size_t first = begin;
  while (first < end && is_space(sql[first])) ++first;
  while (end > first && is_space(sql[end - 1])) --end;
  facts.offset = first;
  facts.bytes = end - first;
}

// PostgreSQL folds the sign into a constant, and places it there.
std::size_t past_signs(std::string_view sql, std::size_t at) {
  while (at < sql.size() && (sql[at] == '-' || sql[at] == '(' || is_space(sql[at]))) ++at;
  return at;
}

void move_to_digits(std::string_view sql, LiteralOffsets& literals) {
  LiteralOffsets moved;
  for (const std::size_t at : literals.all()) moved.add(past_signs(sql, at));
  literals = moved;
}

// set_config() in a SELECT leaves a setting behind as SET does.
void adopt_setting(StatementFacts& facts) {
  if (facts.effect.kind != Effect::Kind::None || facts.settings.empty()) return;
  const auto reset = std::ranges::find_if(facts.settings, &SettingUse::lasts_as_reset);
  const bool resets = reset != facts.settings.end();
  facts.effect = {.kind = Effect::Kind::SetGuc,
                  .name = resets ? reset->name : facts.settings.front().name,
                  .resets = resets};
}

std::expected<StatementFacts, ReadFailure> read_statement(std::string_view sql,
                                                          const RawStmt& raw) {
  StatementFacts facts;
  set_range(sql, raw, facts);
  if (const auto failure = walk_tree(raw.stmt, facts)) {
    ReadFailure placed = *failure;
    placed.position = character_at(sql, facts.offset);
    return std::unexpected(std::move(placed));
  }
  if (!facts.inert_literals.empty()) move_to_digits(sql, facts.inert_literals);
  facts.effect = effect_of(raw.stmt);
  adopt_setting(facts);
  return facts;
}

}  // namespace

std::size_t character_at(std::string_view sql, std::size_t offset) {
  std::size_t position = 1;
  for (std::size_t i = 0; i < offset && i < sql.size(); ++i) {
    if ((static_cast<unsigned char>(sql[i]) & 0xC0) != 0x80) ++position;
  }
  return position;
}

ParsedText::ParsedText(std::string_view sql) : sql_(sql), parse_(std::make_unique<RawParse>()) {
  const std::string text(sql);  // the parser wants a terminating NUL
  raw_parse_begin(text.c_str(), parse_.get());
}

ParsedText::~ParsedText() { raw_parse_end(parse_.get()); }

std::size_t ParsedText::statement_count() const {
  return static_cast<std::size_t>(list_length(static_cast<const List*>(parse_->tree)));
}

const void* ParsedText::statement(std::size_t index) const {
  const auto* statements = static_cast<const List*>(parse_->tree);
  return static_cast<const RawStmt*>(statements->elements[index].ptr_value)->stmt;
}

std::expected<std::vector<StatementFacts>, ReadFailure> ParsedText::read() const {
  if (parse_->status != RAW_PARSE_OK) return std::unexpected(failure_of(*parse_));
  const auto* statements = static_cast<const List*>(parse_->tree);
  if (statement_count() > kStatementsMax) {
    return std::unexpected(ReadFailure{.kind = ReadFailure::Kind::TooManyStatements});
  }
  std::vector<StatementFacts> all;
  all.reserve(statement_count());
  const ListCell* cell = nullptr;
  foreach (cell, statements) {
    auto facts = read_statement(sql_, *static_cast<const RawStmt*>(lfirst(cell)));
    if (!facts) return std::unexpected(std::move(facts).error());
    all.push_back(*std::move(facts));
  }
  return all;
}

std::expected<std::vector<StatementFacts>, ReadFailure> read(std::string_view sql) {
  return ParsedText(sql).read();
}

}  // namespace policy
