// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/temp_dir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

namespace gateway::demo {
namespace {

namespace fs = std::filesystem;

// A socket's path has at most 107 bytes, and ours adds some 40 to this.
constexpr std::size_t kBaseBytesMax = 60;

std::string base_folder() {
  const char* named = std::getenv("TMPDIR");
  if (named == nullptr || *named != '/') return "/tmp";
  const std::string folder = named;
  return folder.size() > kBaseBytesMax ? "/tmp" : folder;
}

}  // namespace

Result<TempDir> TempDir::make() {
  std::string path = base_folder() + "/postern-demo-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) return fail_errno("cannot make a directory like " + path);
  TempDir made{path};
  if (chmod(path.c_str(), 0711) != 0) return fail_errno("cannot open up " + path);
  return made;
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TempDir::~TempDir() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

Result<fs::path> TempDir::make_private(std::string_view name,
                                       const std::optional<Account>& account) const {
  fs::path folder = path_ / name;
  if (mkdir(folder.c_str(), 0700) != 0) return fail_errno("cannot make " + folder.string());
  if (account && chown(folder.c_str(), account->uid, account->gid) != 0) {
    return fail_errno("cannot give " + folder.string() + " to " + account->name);
  }
  return folder;
}

Result<void> write_private_file(const fs::path& path, std::string_view text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return fail_errno("cannot write " + path.string());
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0) break;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  const bool complete = text.empty();
  close(fd);
  if (!complete) return fail_errno("cannot write " + path.string());
  return {};
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string tail(const fs::path& path, std::size_t lines_max) {
  const std::string text = read_file(path);
  std::size_t start = text.size();
  for (std::size_t lines = 0; start > 0; --start) {
    if (text[start - 1] == '\n' && start != text.size() && ++lines == lines_max) break;
  }
  return text.substr(start);
}

}  // namespace gateway::demo
