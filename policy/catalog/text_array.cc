// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/text_array.h"

namespace policy::catalog {
namespace {

// Takes a quoted element, its opening quote already gone. False: it does not end.
bool take_quoted(std::string_view& text, std::string& element) {
  while (!text.empty()) {
    char letter = text.front();
    text.remove_prefix(1);
    if (letter == '"') return true;
    if (letter == '\\') {
      if (text.empty()) return false;
      letter = text.front();
      text.remove_prefix(1);
    }
    element += letter;
  }
  return false;
}

bool take_element(std::string_view& text, std::string& element) {
  if (text.starts_with('"')) {
    text.remove_prefix(1);
    return take_quoted(text, element);
  }
  const auto end = text.find_first_of(",}");
  if (end == text.npos || end == 0) return false;
  if (text.substr(0, end) != "NULL") element = text.substr(0, end);
  text.remove_prefix(end);
  return true;
}

}  // namespace

std::optional<std::vector<std::string>> parse_array(std::string_view text) {
  std::vector<std::string> elements;
  if (text == "{}") return elements;
  if (!text.starts_with('{')) return std::nullopt;
  do {
    text.remove_prefix(1);
    if (!take_element(text, elements.emplace_back())) return std::nullopt;
  } while (text.starts_with(','));
  if (text != "}") return std::nullopt;
  return elements;
}

}  // namespace policy::catalog
