// SPDX-License-Identifier: Apache-2.0
// Where PostgreSQL's programs are on this machine.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "gateway/demo/failure.h"

namespace gateway::demo {

struct Binaries {
  std::filesystem::path initdb, postgres, psql;
};

// Where to look, in order. A folder of `folders` counts only if it has both initdb and postgres.
struct SearchPlaces {
  std::vector<std::filesystem::path> folders;
};

// $POSTERN_PG_BINDIR alone if it is set; else Debian's /usr/lib/postgresql/*/bin, newest first,
// then the folders of $PATH.
SearchPlaces default_places();

// The `bin` folders of `root`/<version>, the highest version first.
std::vector<std::filesystem::path> versioned_folders(const std::filesystem::path& root);

// psql comes from the same folder as the server, else from the first folder that has it.
Result<Binaries> find_binaries(const SearchPlaces& places);

}  // namespace gateway::demo
