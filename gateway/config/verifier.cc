// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/verifier.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>

namespace gateway::config {
namespace {

constexpr std::string_view kPrefix = "SCRAM-SHA-256$";
constexpr std::string_view kMd5 = "md5";
constexpr std::size_t kMd5Bytes = 35;
constexpr std::size_t kKeyBytes = 32;

constexpr const char* kForm =
    "must be SCRAM-SHA-256$iterations:salt$stored_key:server_key, as pg_authid.rolpassword has it";

// Number of bytes that padded base64 stands for.
std::optional<std::size_t> base64_length(std::string_view text) {
  const auto is_digit = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  if (!std::ranges::all_of(text.substr(0, text.size() - padding), is_digit)) return std::nullopt;
  return text.size() / 4 * 3 - padding;
}

// Cuts the text before `separator` off `rest`.
std::optional<std::string_view> take(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const auto part = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  return part;
}

bool is_iteration_count(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size() && count >= kIterationsMin &&
         count <= kIterationsMax;
}

}  // namespace

std::expected<void, std::string> check_verifier(std::string_view verifier) {
  if (verifier.starts_with(kMd5) && verifier.size() == kMd5Bytes) {
    return std::unexpected(
        "is an md5 verifier, which is not supported; set the password anew in PostgreSQL with "
        "password_encryption = 'scram-sha-256' and take the verifier from pg_authid.rolpassword");
  }
  if (!verifier.starts_with(kPrefix)) return std::unexpected(kForm);
  std::string_view rest = verifier.substr(kPrefix.size());
  const auto iterations = take(rest, ':');
  const auto salt = take(rest, '$');
  const auto stored_key = take(rest, ':');
  if (!iterations || !salt || !stored_key) return std::unexpected(kForm);
  if (!is_iteration_count(*iterations)) {
    return std::unexpected("its iteration count must be between 4096 and 10000000");
  }
  if (!base64_length(*salt)) return std::unexpected("its salt is not base64");
  if (base64_length(*stored_key) != kKeyBytes || base64_length(rest) != kKeyBytes) {
    return std::unexpected("its stored and server key must be 32 bytes each, in base64");
  }
  return {};
}

}  // namespace gateway::config
