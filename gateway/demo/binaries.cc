// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/binaries.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ranges>
#include <string_view>
#include <utility>

namespace gateway::demo {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
}

int version_of(const fs::path& folder) {
  const std::string name = folder.filename();
  int version = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), version);
  return error == std::errc{} ? version : 0;
}

void append_path_variable(std::vector<fs::path>& folders) {
  const char* path = std::getenv("PATH");
  if (path == nullptr) return;
  for (const auto part : std::views::split(std::string_view(path), ':')) {
    if (!part.empty()) folders.emplace_back(std::string_view(part.begin(), part.end()));
  }
}

}  // namespace

std::vector<fs::path> versioned_folders(const fs::path& root) {
  std::vector<std::pair<int, fs::path>> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root, error)) {
    const int version = version_of(entry.path());
    if (version > 0) found.emplace_back(version, entry.path() / "bin");
  }
  std::ranges::sort(found, std::greater{}, &std::pair<int, fs::path>::first);
  std::vector<fs::path> folders;
  folders.reserve(found.size());
  for (auto& [version, folder] : found) folders.push_back(std::move(folder));
  return folders;
}

SearchPlaces default_places() {
  if (const char* folder = std::getenv("POSTERN_PG_BINDIR"); folder != nullptr && *folder != '\0') {
    return {{folder}};
  }
  SearchPlaces places{versioned_folders("/usr/lib/postgresql")};
  append_path_variable(places.folders);
  return places;
}

Result<Binaries> find_binaries(const SearchPlaces& places) {
  const auto& folders = places.folders;
  const auto server = std::ranges::find_if(folders, [](const fs::path& folder) {
    return is_program(folder / "initdb") && is_program(folder / "postgres");
  });
  if (server == folders.end()) {
    return fail(
        "PostgreSQL's programs initdb and postgres were not found: install the package postgresql, "
        "or name their folder in POSTERN_PG_BINDIR");
  }
  Binaries found{*server / "initdb", *server / "postgres", *server / "psql"};
  if (is_program(found.psql)) return found;
  std::vector<fs::path> elsewhere = folders;
  append_path_variable(elsewhere);
  for (const fs::path& folder : elsewhere) {
    if (is_program(folder / "psql")) {
      found.psql = folder / "psql";
      return found;
    }
  }
  return fail("psql was not found: install the package postgresql-client");
}

}  // namespace gateway::demo
