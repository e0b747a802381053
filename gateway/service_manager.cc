// SPDX-License-Identifier: Apache-2.0
#include "gateway/service_manager.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "gateway/net/socket.h"
#include "gateway/telemetry/log.h"

namespace gateway {

ServiceManager::ServiceManager(std::string address) : address_(std::move(address)) {}

ServiceManager ServiceManager::from_environment() {
  const char* address = std::getenv("NOTIFY_SOCKET");
  return ServiceManager(address == nullptr ? "" : address);
}

void ServiceManager::ready(std::string_view status) {
  tell(fmt::format("READY=1\nSTATUS={}", status));
}

// The time is what `Type=notify-reload` orders messages by. libstdc++'s steady clock is
// CLOCK_MONOTONIC.
void ServiceManager::reloading() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reading the configuration again",
                   std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

void ServiceManager::stopping(std::string_view status) {
  tell(fmt::format("STOPPING=1\nSTATUS={}", status));
}

void ServiceManager::tell(std::string_view state) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (address_.empty()) return;
  const bool is_known = address_[0] == '/' || address_[0] == '@';
  if (!is_known || address_.size() >= sizeof address.sun_path) {
    return telemetry::log_warn("cannot notify", {{"why", "NOTIFY_SOCKET is no Unix socket"}});
  }
  std::memcpy(address.sun_path, address_.data(), address_.size());
  if (address_[0] == '@') address.sun_path[0] = '\0';
  const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const bool is_sent = fd >= 0 && ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL,
                                           reinterpret_cast<const sockaddr*>(&address), bytes) >= 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (!is_sent) {
    telemetry::log_warn("cannot notify", {{"why", net::system_error_text(error)}});
  }
}

}  // namespace gateway
