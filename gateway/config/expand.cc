// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/expand.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/config/text.h"

namespace gateway::config {
namespace {

bool is_name(std::string_view name) {
  const auto fits = [](char c) {
    return c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, fits);
}

// `reference` is what stands between the braces. Appends its value.
std::expected<void, std::string> append_value(std::string_view reference,
                                              const Environment& environment, Expanded& result) {
  const auto separator = reference.find(":-");
  const auto name = reference.substr(0, separator);
  const bool has_default = separator != std::string_view::npos;
  if (!is_name(name)) {
    return std::unexpected(
        "'${' must be followed by NAME} or NAME:-default}; write '$${' for '${'");
  }
  const auto variable = environment.find(name);
  const bool is_set = variable != environment.end();
  if (is_set && !(has_default && variable->second.empty())) {
    result.text += variable->second;
    result.from_environment = true;
    return {};
  }
  if (!has_default) {
    return std::unexpected(fmt::format(
        "environment variable {} is not set; set it or write ${{{}:-default}}", name, name));
  }
  result.text += reference.substr(separator + 2);
  return {};
}

void expand_scalar(Node& node, const Environment& environment, Diagnostics& diagnostics) {
  auto expanded = expand(node.text, environment);
  if (!expanded) {
    diagnostics.push_back({Severity::Error, node.place, "", expanded.error()});
    node = make_node(Node::Kind::Unreadable, node.place);
    return;
  }
  node.text = std::move(expanded->text);
  if (expanded->from_environment) node.origin = Node::Origin::Elsewhere;
}

}  // namespace

std::expected<Expanded, std::string> expand(std::string_view text, const Environment& environment) {
  Expanded result;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with("$${")) {
      result.text += "${";
      at += 3;
    } else if (text.substr(at).starts_with("${")) {
      const auto end = text.find('}', at);
      if (end == std::string_view::npos) return std::unexpected("'${' has no closing '}'");
      const auto appended = append_value(text.substr(at + 2, end - at - 2), environment, result);
      if (!appended) return std::unexpected(appended.error());
      at = end + 1;
    } else {
      result.text += text[at++];
    }
    if (result.text.size() > kExpandedBytesMax) {
      return std::unexpected(fmt::format("is longer than {} bytes", kExpandedBytesMax));
    }
  }
  return result;
}

void expand_tree(Node& root, const Environment& environment, Diagnostics& diagnostics) {
  const bool has_text = root.kind == Node::Kind::Scalar && root.place.variable.empty();
  if (has_text) expand_scalar(root, environment, diagnostics);
  for (Node& item : root.items) expand_tree(item, environment, diagnostics);
  for (Entry& entry : root.entries) expand_tree(entry.value, environment, diagnostics);
}

}  // namespace gateway::config
