// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/sources.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace gateway::config {
namespace {

constexpr std::size_t kChunkBytes = 16 << 10;

}  // namespace

std::expected<std::string, std::string> read_regular_file(const std::string& path,
                                                          std::size_t max) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    return std::unexpected("does not exist");
  }
  if (error) return std::unexpected("cannot be read: " + error.message());
  if (!std::filesystem::is_regular_file(status)) return std::unexpected("is not a regular file");
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(std::string("cannot be read: ") + std::strerror(errno));
  std::string bytes;
  std::array<char, kChunkBytes> chunk{};
  while (file && bytes.size() <= max) {
    file.read(chunk.data(), chunk.size());
    bytes.append(chunk.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return std::unexpected("cannot be read");
  if (bytes.size() > max) return std::unexpected(fmt::format("is longer than {} bytes", max));
  return bytes;
}

Sources process_sources() {
  Sources sources{{}, read_regular_file};
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    sources.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return sources;
}

}  // namespace gateway::config
