// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/show.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <string_view>
#include <type_traits>

#include "gateway/config/keys.h"

namespace gateway::config {
namespace {

constexpr std::string_view kPrincipals = "databases[].principals";

// The value as it stands behind the key; nothing when the key is left out.
struct Format {
  const Key& key;

  std::optional<std::string> operator()(const bool* value) const {
    return *value ? "true" : "false";
  }
  std::optional<std::string> operator()(const std::string* value) const { return quoted(*value); }
  std::optional<std::string> operator()(const Secret* value) const {
    if (value->empty()) return std::nullopt;
    return quoted("***");
  }
  std::optional<std::string> operator()(const std::uint16_t* value) const {
    return std::to_string(*value);
  }
  std::optional<std::string> operator()(const std::size_t* value) const {
    if (key.type == Type::Size) return format_size(static_cast<std::int64_t>(*value));
    return std::to_string(*value);
  }
  std::optional<std::string> operator()(const Duration* value) const {
    return format_duration(*value);
  }
  std::optional<std::string> operator()(const std::vector<std::string>* values) const {
    std::vector<std::string> items;
    for (const std::string& value : *values) items.push_back(quoted(value));
    if (key.type == Type::OneOrMore && items.size() == 1) return items.front();
    return fmt::format("[{}]", fmt::join(items, ", "));
  }
  std::optional<std::string> operator()(const std::vector<std::uint16_t>* values) const {
    if (values->size() == 1) return std::to_string(values->front());
    return fmt::format("[{}]", fmt::join(*values, ", "));
  }
  std::optional<std::string> operator()(const std::optional<Mode>* value) const {
    if (!*value) return std::nullopt;
    return operator()(&**value);
  }
  template <class E>
    requires std::is_enum_v<E>
  std::optional<std::string> operator()(const E* value) const {
    return std::string(key.words[static_cast<std::size_t>(*value)]);
  }
};

class Writer {
 public:
  explicit Writer(const Config& config) : config_(config) {}

  std::string write() {
    keys("", 0);
    return std::move(out_);
  }

 private:
  void keys(std::string_view parent, std::size_t depth) {
    for (const Key* key : children_of(parent)) {
      if (key->built == Built::No) continue;
      if (key->type == Type::Map) {
        line(depth, fmt::format("{}:", last_of(key->path)));
        keys(keys_of(*key), depth + 1);
      } else if (key->type == Type::MapList) {
        list(*key, depth);
      } else if (key->slot != nullptr) {
        leaf(*key, depth);
      }
    }
  }

  void list(const Key& key, std::size_t depth) {
    const std::size_t size = size_of(key.path);
    line(depth, fmt::format("{}:{}", last_of(key.path), size == 0 ? " []" : ""));
    std::size_t& item = key.path == kPrincipals ? principal_ : index_;
    const std::size_t outer = item;
    for (item = 0; item < size; ++item) {
      starts_item_ = true;
      keys(fmt::format("{}[]", key.path), depth + 2);
    }
    item = outer;
  }

  std::size_t size_of(std::string_view list) const {
    if (list == "users") return config_.users.size();
    if (list == "databases") return config_.databases.size();
    return config_.databases[index_].principals.size();
  }

  void leaf(const Key& key, std::size_t depth) {
    const Slot slot = key.slot({config_, index_, principal_});
    const auto value = std::visit(Format{key}, slot);
    if (value) line(depth, fmt::format("{}: {}", last_of(key.path), *value));
  }

  void line(std::size_t depth, std::string_view text) {
    std::string indent(depth * 2, ' ');
    if (starts_item_) indent[indent.size() - 2] = '-';
    starts_item_ = false;
    out_ += fmt::format("{}{}\n", indent, text);
  }

  Config config_;  // a copy: slots give access to write
  std::string out_;
  std::size_t index_ = 0, principal_ = Cursor::kNone;
  bool starts_item_ = false;
};

}  // namespace

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (is_control) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else if (text.substr(i).starts_with("${")) {
      result += "$$";
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string show(const Config& config) { return Writer(config).write(); }

}  // namespace gateway::config
