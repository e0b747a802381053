// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/key_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "gateway/net/socket.h"

namespace gateway::net {
namespace {

std::expected<struct stat, std::string> regular_file(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) {
    return std::unexpected("cannot be read: " + system_error_text(errno));
  }
  if (!S_ISREG(facts.st_mode)) return std::unexpected("is not a regular file");
  return facts;
}

}  // namespace

std::expected<void, std::string> check_regular_file(const std::string& path) {
  if (auto facts = regular_file(path); !facts) return std::unexpected(std::move(facts.error()));
  return {};
}

std::expected<void, std::string> check_key_file(const std::string& path) {
  const auto facts = regular_file(path);
  if (!facts) return std::unexpected(facts.error());
  const bool is_ours = facts->st_uid == ::geteuid();
  if (!is_ours && facts->st_uid != 0) {
    return std::unexpected("must belong to the user that runs postern, or to root");
  }
  // Where root keeps keys, a group may be allowed to read them.
  const mode_t forbidden = is_ours ? S_IRWXG | S_IRWXO : S_IWGRP | S_IXGRP | S_IRWXO;
  if ((facts->st_mode & forbidden) == 0) return {};
  return std::unexpected("can be read or written by others; chmod it to 0600" +
                         std::string(is_ours ? "" : ", or to 0640 as it is root's"));
}

}  // namespace gateway::net
