// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/listener.h"

#include <netinet/in.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include "gateway/net/loop.h"
#include "gateway/net/poll.h"
#include "gateway/net/socket.h"

namespace gateway::net {
namespace {

constexpr int kAcceptsPerEvent = 64;  // other sockets get their turn in a storm of connects
// Out of descriptors or memory: the connection stays in the backlog, so polling would spin.
constexpr std::chrono::milliseconds kPauseWhenExhausted{100};

bool is_about_one_connection(int error) {
  return error == EINTR || error == ECONNABORTED || error == EPROTO || error == EPERM ||
         error == ENETDOWN || error == EHOSTUNREACH || error == ENETUNREACH;
}

std::uint16_t bound_port(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  return peer_of(address).port;
}

}  // namespace

// Whoever runs one of its callbacks holds it, too: `accept` may close this listener.
struct Listener::State : std::enable_shared_from_this<Listener::State> {
  int fd;
  std::uint16_t port;
  Accept accept;
  Timer pause;
  std::unique_ptr<Poll> poll;  // null once closed
  std::optional<SocketFile> file;

  State(Loop& loop, int socket, Accept callback)
      : fd(socket),
        port(bound_port(socket)),
        accept(std::move(callback)),
        pause(loop),
        poll(std::make_unique<Poll>(loop, socket, [this](Interest) { accept_some(); })) {
    poll->watch(Interest::Read);
  }

  void close() {
    poll.reset();
    pause.stop();
    ::close(fd);
    if (file) remove(*file);
  }

  void accept_some() noexcept {
    const auto self = shared_from_this();
    for (int i = 0; i < kAcceptsPerEvent && poll; ++i) {
      if (!accept_one()) break;
    }
    // libuv stops a poll that saw an error; a listener goes on.
    if (poll && !pause.active()) poll->watch(Interest::Read);
  }

  bool accept_one() {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    const int client =
        ::accept4(fd, reinterpret_cast<sockaddr*>(&address), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return after_failure(errno);
    accept(client, peer_of(address));
    return true;
  }

  bool after_failure(int error) {
    if (error == EAGAIN || error == EWOULDBLOCK) return false;
    if (is_about_one_connection(error)) return true;
    poll->watch(Interest::None);
    pause.start(kPauseWhenExhausted, [this] { poll->watch(Interest::Read); });
    return false;
  }
};

Listener::Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}

Listener::~Listener() { state_->close(); }

std::expected<std::unique_ptr<Listener>, std::string> Listener::open(Loop& loop,
                                                                     const std::string& address,
                                                                     std::uint16_t port,
                                                                     Accept accept) {
  const auto fd = open_listening_socket(address, port);
  if (!fd) {
    return std::unexpected("cannot listen on " + address + " port " + std::to_string(port) + ": " +
                           fd.error());
  }
  return std::unique_ptr<Listener>(
      new Listener(std::make_shared<State>(loop, *fd, std::move(accept))));
}

std::expected<std::unique_ptr<Listener>, std::string> Listener::open_unix(Loop& loop,
                                                                          const UnixSocket& socket,
                                                                          Accept accept) {
  const auto fd = open_unix_socket(socket);
  if (!fd) return std::unexpected("cannot listen on " + socket.path + ": " + fd.error());
  auto state = std::make_shared<State>(loop, *fd, std::move(accept));
  state->file = socket_file(socket.path);
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

std::uint16_t Listener::port() const { return state_->port; }

}  // namespace gateway::net
