// SPDX-License-Identifier: Apache-2.0
// What a call names by the value of an argument: relations (regclass), types (input functions,
// pg_input_is_valid), sequences. A constant is looked up; what is computed cannot be.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include "policy/catalog/cast_code.h"
#include "policy/resolver/analysis.h"

namespace policy::resolver {
namespace {

using catalog::Function;

constexpr std::size_t kNameBytesMax = 63;

// truncate_identifier(): at most 63 bytes, of whole characters.
void truncate(std::string& name) {
  if (name.size() <= kNameBytesMax) return;
  std::size_t end = kNameBytesMax;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  name.resize(end);
}

// The parts of a qualified name given as text: fold and unquote, as stringToQualifiedNameList.
std::optional<std::vector<std::string>> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  std::size_t i = 0;
  const auto skip = [&] {
    while (i < text.size() && std::isspace(static_cast<unsigned char>(text[i])) != 0) ++i;
  };
  for (;;) {
    skip();
    std::string part;
    if (i < text.size() && text[i] == '"') {
      for (++i; i < text.size(); ++i) {
        if (text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"') {
          ++i;
        } else if (text[i] == '"') {
          break;
        }
        part += text[i];
      }
      if (i++ >= text.size()) return std::nullopt;
    } else {
      while (i < text.size() && text[i] != '.' &&
             std::isspace(static_cast<unsigned char>(text[i])) == 0) {
        const auto c = static_cast<unsigned char>(text[i++]);
        part += static_cast<char>(c < 0x80 ? std::tolower(c) : c);
      }
    }
    if (part.empty()) return std::nullopt;
    truncate(part);
    parts.push_back(std::move(part));
    skip();
    if (i >= text.size()) return parts;
    if (text[i++] != '.') return std::nullopt;
  }
}

template <std::size_t N>
bool is_one_of(const Function& function, const std::array<std::string_view, N>& names) {
  return function.decision != catalog::Decision::NotBuiltIn &&
         std::ranges::find(names, function.name) != names.end();
}

// Input functions that take the OID of a type and run what that type runs: CHECKs of domains.
constexpr std::array<std::string_view, 5> kReadersOfAnyType{
    "array_in", "domain_in", "multirange_in", "range_in", "record_in"};
// (value, name of a type), from PostgreSQL 16 on.
constexpr std::array<std::string_view, 2> kInputTests{"pg_input_error_info", "pg_input_is_valid"};
constexpr std::array<std::string_view, 2> kSequenceChanges{"nextval", "setval"};

}  // namespace

void Analysis::note_named_relation(const char* text, std::size_t offset) {
  const std::string_view whole(text);
  const catalog::Relation* relation = nullptr;
  if (!whole.empty() && whole.find_first_not_of("0123456789") == std::string_view::npos) {
    relation = snapshot_.relation(static_cast<Oid>(std::strtoul(text, nullptr, 10)));
  } else if (const auto parts = parts_of(whole)) {
    const std::string_view schema =
        parts->size() > 1 ? std::string_view((*parts)[parts->size() - 2]) : std::string_view{};
    for (const Oid in : path_of(schema)) {
      relation = snapshot_.relation(in, parts->back());
      if (relation != nullptr) break;
    }
  }
  if (relation != nullptr) {
    facts_.named_relations.push_back({.relation = relation, .offset = offset});
  }
}

// The code of the type that `value` names; of every type where it is no constant that plainly does.
void Analysis::note_named_type(const Value& value, std::string_view function, std::size_t offset) {
  const auto parts = value.text == nullptr ? std::nullopt : parts_of(value.text);
  if (value.text != nullptr && is_type_in_words(value.text)) return;
  if (!parts || parts->size() > 2) return note_any_type(function, offset);
  const std::string_view schema = parts->size() > 1 ? std::string_view(parts->front()) : "";
  for (const Oid in : path_of(schema)) {
    if (const auto* type = snapshot_.type(in, parts->back())) {
      return note_cast(catalog::kUnknown, type->oid, offset);
    }
  }
  // With modifiers, brackets and the like it comes here, too.
  note_any_type(function, offset);
}

void Analysis::note_any_type(std::string_view function, std::size_t offset) {
  catalog::CastCode code(snapshot_);
  code.add_types();
  note_call_oids(CallUse::Kind::Cast, std::string(function), offset, code.take());
}

void Analysis::note_argument(const Function& function, const Seq<Value>& arguments,
                             std::size_t offset) {
  for (std::size_t i = 0; i < arguments.size(); ++i) note_hidden(function, i, arguments[i], offset);
  for (std::size_t i = 0; i < arguments.size() && i < function.arguments.size(); ++i) {
    const bool is_relation = function.arguments[i] == catalog::kRegclass;
    if (is_relation && arguments[i].text != nullptr) {
      note_named_relation(arguments[i].text, arguments[i].offset);
    }
  }
  if (is_one_of(function, kReadersOfAnyType)) note_any_type(function.name, offset);
  if (is_one_of(function, kInputTests) && arguments.size() > 1) {
    note_named_type(arguments[1], function.name, offset);
  }
  if (is_one_of(function, kSequenceChanges) && !arguments.empty()) {
    const Value& sequence = arguments.front();
    const bool is_told = sequence.text != nullptr || sequence.is_told_name;
    if (!is_told) facts_.computed_sequences.push_back(offset);
  }
}

void Analysis::note_arguments(const catalog::Choice& choice, const Seq<Value>& arguments,
                              std::size_t offset) {
  for (const auto* function : choice.functions) note_argument(*function, arguments, offset);
}

// pg_get_serial_sequence('t', 'id') names a sequence that belongs to a column of `t`.
bool Analysis::names_owned_sequence(const catalog::Choice& choice, const Seq<Value>& arguments) {
  const bool is_meant = choice.functions.size() == 1 && arguments.size() == 2 &&
                        choice.functions.front()->decision != catalog::Decision::NotBuiltIn &&
                        choice.functions.front()->name == "pg_get_serial_sequence";
  if (!is_meant || arguments.front().text == nullptr) return false;
  note_named_relation(arguments.front().text, arguments.front().offset);
  return true;
}

}  // namespace policy::resolver
