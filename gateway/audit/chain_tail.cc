// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/chain_tail.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "gateway/audit/chain_line.h"
#include "gateway/audit/file.h"

namespace gateway::audit {
namespace {

constexpr std::size_t kTailBytesMax = 64u << 20;
constexpr std::size_t kFirstRead = 64u << 10;

std::optional<std::string> read_end(int fd, std::size_t file_bytes, std::size_t count) {
  std::string bytes(count, '\0');
  std::size_t done = 0;
  while (done < count) {
    const auto at = static_cast<off_t>(file_bytes - count + done);
    const ssize_t got = ::pread(fd, bytes.data() + done, count - done, at);
    if (got <= 0) return std::nullopt;
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

// What stands behind the last seal; without one all of it is unsealed. The first line may lack its
// beginning, and then is none.
ChainTail tail_of(std::string_view bytes) {
  ChainTail tail;
  while (!bytes.empty()) {
    const std::size_t newline = bytes.find('\n');
    const std::string_view line = bytes.substr(0, newline);
    bytes.remove_prefix(newline == bytes.npos ? bytes.size() : newline + 1);
    if (const auto seal = parse_seal(line)) {
      tail = {.mac = seal->mac, .unsealed = {}};
    } else if (!line.empty()) {
      tail.unsealed.append(line).push_back('\n');
    }
  }
  return tail;
}

struct FileTail {
  ChainTail tail;
  bool is_whole = false;  // the file was read from its beginning
};

std::optional<FileTail> read_file_tail(const std::string& path) {
  const FileDescriptor fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  struct stat facts{};
  if (!fd.is_open() || ::fstat(fd.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return {};
  const auto file_bytes = static_cast<std::size_t>(facts.st_size);
  for (std::size_t wanted = kFirstRead;; wanted *= 8) {
    const std::size_t count = std::min({wanted, file_bytes, kTailBytesMax});
    const auto bytes = read_end(fd.get(), file_bytes, count);
    if (!bytes) return std::nullopt;
    FileTail found{.tail = tail_of(*bytes), .is_whole = count == file_bytes};
    if (found.tail.mac || found.is_whole || count == kTailBytesMax) return found;
  }
}

}  // namespace

ChainTail read_chain_tail(const std::string& path) {
  auto newest = read_file_tail(path);
  if (newest && newest->tail.mac) return std::move(newest->tail);
  if (newest && !newest->is_whole) return {};
  auto older = read_file_tail(path + ".1");
  if (!older || !older->tail.mac) return {};
  if (newest) older->tail.unsealed.append(newest->tail.unsealed);
  return std::move(older->tail);
}

std::optional<MacBytes> last_seal_of(const std::string& path) {
  const auto found = read_file_tail(path);
  return found ? found->tail.mac : std::nullopt;
}

}  // namespace gateway::audit
