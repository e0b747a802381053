// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/secret_file.h"

#include <fmt/format.h>

#include <string_view>

#include "gateway/config/text.h"

namespace gateway::config {
namespace {

constexpr std::string_view kPrefix = "file:";

void trim_newline(std::string& text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
}

std::expected<std::string, std::string> checked(std::string text) {
  if (text.contains('\0')) return std::unexpected("holds a NUL byte");
  if (find_invalid_utf8(text)) return std::unexpected("is not UTF-8");
  return text;
}

}  // namespace

bool is_secret_file(const std::string& text) { return text.starts_with(kPrefix); }

std::expected<std::string, std::string> read_secret(const std::string& path,
                                                    const ReadFile& read_file) {
  auto bytes = read_file(path, kSecretBytesMax);
  if (!bytes) return bytes;
  trim_newline(*bytes);
  if (bytes->empty()) return std::unexpected("is empty");
  return checked(std::move(*bytes));
}

std::expected<std::string, std::string> resolve_secret(const std::string& text,
                                                       const ReadFile& read_file) {
  if (!is_secret_file(text)) return checked(text);
  const std::string path = text.substr(kPrefix.size());
  if (!path.starts_with('/') || path.contains('\0')) {
    return std::unexpected(
        "'file:' must be followed by an absolute path, as in file:/run/secrets/x");
  }
  auto secret = read_secret(path, read_file);
  if (!secret) return std::unexpected(fmt::format("file {} {}", printable(path), secret.error()));
  return secret;
}

}  // namespace gateway::config
