// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/sources.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace gateway::config {

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
  std::string bytes(max + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad()) return std::unexpected("cannot be read");
  bytes.resize(static_cast<std::size_t>(file.gcount()));
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
