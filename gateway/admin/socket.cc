// SPDX-License-Identifier: Apache-2.0
#include "gateway/admin/socket.h"

#include <unistd.h>

#include <chrono>
#include <list>
#include <utility>

#include "gateway/admin/command.h"
#include "gateway/net/listener.h"
#include "gateway/net/loop.h"
#include "gateway/net/socket.h"
#include "gateway/net/stream.h"

namespace gateway::admin {
namespace {

constexpr std::chrono::seconds kConnectionMax{60};
// Of answers that the client has not taken: it is closed then.
constexpr std::size_t kUntakenBytesMax = 8u << 20;

class Connection final : private net::StreamEvents {
 public:
  struct Owner {
    net::Loop& loop;
    const Answer& answer;
    std::function<void()> on_closed;
  };

  Connection(const Owner& owner, int fd, std::uint32_t uid)
      : owner_(owner),
        uid_(uid),
        stream_(owner.loop, fd, net::Stream::Ownership::Owned),
        deadline_(owner.loop) {
    deadline_.start(kConnectionMax, [this] { close(); });
    stream_.set_events(this);
    stream_.resume();
  }
  ~Connection() override { stream_.set_events(nullptr); }

  bool closed() const { return is_closed_; }

 private:
  void on_read(std::string_view bytes) noexcept override {
    unread_ += bytes;
    for (auto end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n')) {
      std::string_view line(unread_.data(), end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      stream_.write(line.size() > kLineBytesMax ? kTooLong : owner_.answer(line, uid_));
      unread_.erase(0, end + 1);
      if (stream_.queued_bytes() > kUntakenBytesMax) return close();
    }
    if (unread_.size() <= kLineBytesMax) return;
    stream_.write(kTooLong);
    unread_.clear();
    stream_.pause();
    stream_.finish();
  }
  void on_writable() noexcept override {}
  void on_end(net::StreamEnd) noexcept override { close(); }

  void close() {
    if (std::exchange(is_closed_, true)) return;
    deadline_.stop();
    stream_.pause();
    owner_.on_closed();
  }

  inline static const std::string kTooLong = "ERROR the line is too long\n";

  const Owner& owner_;
  const std::uint32_t uid_;
  net::Stream stream_;
  net::Timer deadline_;
  std::string unread_;
  bool is_closed_ = false;
};

}  // namespace

struct Socket::State {
  Answer answer;
  Connection::Owner owner;
  std::list<Connection> connections;
  net::Timer reaper;
  std::unique_ptr<net::Listener> listener;

  State(net::Loop& loop, Answer given)
      : answer(std::move(given)), owner{loop, answer, [this] { reap(); }}, reaper(loop) {}

  void accept(int fd) {
    const auto uid = net::peer_uid(fd);
    const bool may = uid && (*uid == 0 || *uid == ::geteuid());
    if (!may || connections.size() >= kAdminConnectionsMax) {
      const net::Stream closes_it(owner.loop, fd, net::Stream::Ownership::Owned);
      return;
    }
    connections.emplace_back(owner, fd, *uid);
  }

  // Never from inside a connection's own call.
  void reap() {
    reaper.start(std::chrono::milliseconds(0),
                 [this] { std::erase_if(connections, [](auto& each) { return each.closed(); }); });
  }
};

Socket::Socket(std::unique_ptr<State> state) : state_(std::move(state)) {}
Socket::~Socket() = default;

std::expected<std::unique_ptr<Socket>, std::string> Socket::open(net::Loop& loop,
                                                                 const std::string& path,
                                                                 Answer answer) {
  auto state = std::make_unique<State>(loop, std::move(answer));
  auto listener =
      net::Listener::open_unix(loop, {.path = path, .mode = 0600},
                               [raw = state.get()](int fd, const net::Peer&) { raw->accept(fd); });
  if (!listener) return std::unexpected(std::move(listener.error()));
  state->listener = std::move(*listener);
  return std::unique_ptr<Socket>(new Socket(std::move(state)));
}

}  // namespace gateway::admin
