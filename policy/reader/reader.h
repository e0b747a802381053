// SPDX-License-Identifier: Apache-2.0
// SQL text to facts, by PostgreSQL's own grammar. Knows no policy; keeps nothing between calls.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/reader/facts.h"

struct RawParse;

namespace policy {

// Nodes on one path of a tree. Walks are iterative, so this guards what comes after us: the
// server's and a resolver's recursion. Long UNION and || chains of generated SQL stay far below.
constexpr std::size_t kTreeDepthMax = 1000;
// Cheap statements are no danger in themselves, and migration scripts are long; the bound keeps the
// verdict of one text, and the audit records that it makes, in proportion.
constexpr std::size_t kStatementsMax = 1000;
// Elements of one IN list.
constexpr std::size_t kInListMax = 20000;

struct ReadFailure {
  enum class Kind : std::uint8_t {
    Syntax,
    OutOfMemory,
    TooDeep,
    TooManyStatements,
    InListTooLong,
    UnknownNode,
  };
  Kind kind = Kind::Syntax;
  std::string message{};  // Syntax only: PostgreSQL's
  std::string hint{};
  std::size_t position = 0;  // 1-based, in characters; 0: none
};

// A text and its parse tree, which lives as long as this. One a thread at a time.
// `sql` is valid UTF-8 without NUL, and scan_text() found it harmless to lex; it outlives this.
class ParsedText {
 public:
  explicit ParsedText(std::string_view sql);
  ~ParsedText();
  ParsedText(const ParsedText&) = delete;
  ParsedText& operator=(const ParsedText&) = delete;

  std::expected<std::vector<StatementFacts>, ReadFailure> read() const;
  std::size_t statement_count() const;
  // The PostgreSQL Node of the statement at `index`, from 0.
  const void* statement(std::size_t index) const;

 private:
  std::string_view sql_;
  std::unique_ptr<RawParse> parse_;
};

std::expected<std::vector<StatementFacts>, ReadFailure> read(std::string_view sql);

// The character (1-based) in which byte `offset` lies.
std::size_t character_at(std::string_view sql, std::size_t offset);

}  // namespace policy
