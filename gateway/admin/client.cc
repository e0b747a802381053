// SPDX-License-Identifier: Apache-2.0
#include "gateway/admin/client.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "gateway/net/socket.h"

namespace gateway::admin {
namespace {

constexpr timeval kPatience{.tv_sec = 10, .tv_usec = 0};
constexpr std::string_view kError = "ERROR ";

struct Descriptor {
  int fd;
  ~Descriptor() { ::close(fd); }
};

std::string failure(const std::string& path) {
  return "cannot talk to " + path + ": " + net::system_error_text(errno);
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// What the last whole line of `answer` is, without its end; empty: there is none.
std::string_view last_line(std::string_view answer) {
  if (!answer.ends_with('\n')) return {};
  answer.remove_suffix(1);
  const auto before = answer.rfind('\n');
  return before == std::string_view::npos ? answer : answer.substr(before + 1);
}

bool is_final(std::string_view line) { return line.starts_with("OK") || line.starts_with(kError); }

}  // namespace

std::expected<std::string, std::string> ask(const std::string& socket_path,
                                            const std::string& line) {
  const auto connected = net::connect_unix(socket_path);
  if (!connected) return std::unexpected(connected.error());
  const Descriptor socket{*connected};
  ::setsockopt(socket.fd, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(socket.fd, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  if (!send_all(socket.fd, line + "\n")) return std::unexpected(failure(socket_path));
  std::string answer;
  std::array<char, 4096> some{};
  while (!is_final(last_line(answer))) {
    const auto count = ::recv(socket.fd, some.data(), some.size(), 0);
    if (count == 0) {
      return std::unexpected(socket_path +
                             ": the gateway closed the connection: it answers its own user and "
                             "root alone");
    }
    if (count < 0) return std::unexpected(failure(socket_path));
    answer.append(some.data(), static_cast<std::size_t>(count));
  }
  const std::string_view last = last_line(answer);
  if (last.starts_with(kError)) return std::unexpected(std::string(last.substr(kError.size())));
  return answer;
}

}  // namespace gateway::admin
