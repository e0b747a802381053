// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/connected_server.h"

#include <sys/un.h>

#include <atomic>
#include <cstring>
#include <string>

namespace gateway::upstream {
namespace {

std::uint64_t next_server_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

// The path that we used, which need not be the one that the server bound (another mount namespace).
bool fill_unix_address(const PGconn* connection, CancelTarget& target) {
  const std::string path = std::string(PQhost(connection)) + "/.s.PGSQL." + PQport(connection);
  auto& address = reinterpret_cast<sockaddr_un&>(target.address);
  if (path.size() >= sizeof address.sun_path) return false;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const bool is_abstract = path.starts_with('@');
  if (is_abstract) address.sun_path[0] = '\0';
  target.address_bytes =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (is_abstract ? 0 : 1));
  return true;
}

std::optional<CancelTarget> find_cancel_target(const PGconn* connection,
                                               std::optional<std::int32_t> key) {
  if (!key) return std::nullopt;
  CancelTarget target{.process_id = PQbackendPID(connection), .key = *key};
  target.address_bytes = sizeof target.address;
  if (::getpeername(PQsocket(connection), reinterpret_cast<sockaddr*>(&target.address),
                    &target.address_bytes) != 0) {
    return std::nullopt;
  }
  if (target.address.ss_family == AF_UNIX && !fill_unix_address(connection, target)) {
    return std::nullopt;
  }
  return target;
}

}  // namespace

ConnectedServer::ConnectedServer(net::Loop& loop, Connection connection,
                                 std::optional<std::int32_t> key, Verified verified)
    : connection_(std::move(connection)),
      cancel_target_(find_cancel_target(connection_.get(), key)),
      verified_(std::move(verified)) {
  PGconn* raw = connection_.get();
  process_id_ = PQbackendPID(raw);
  id_ = next_server_id();
  version_major_ = PQserverVersion(raw) / 10'000;
  parameters_ = reported_parameters(raw);
  auto* tls = static_cast<ssl_st*>(PQsslStruct(raw, "OpenSSL"));
  stream_ =
      std::make_unique<net::Stream>(loop, PQsocket(raw), net::Stream::Ownership::Borrowed, tls);
}

ConnectedServer::~ConnectedServer() { stream_.reset(); }

bool ConnectedServer::is_quiet() {
  return !stream_->ended() && stream_->queued_bytes() == 0 && !stream_->has_pending_input();
}

}  // namespace gateway::upstream
