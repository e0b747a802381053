// SPDX-License-Identifier: Apache-2.0
// What a load balancer says about a client before the client's first byte.
#include <algorithm>

#include "gateway/net/socket.h"
#include "gateway/relay/relay.h"
#include "gateway/session/proxy_header.h"
#include "gateway/telemetry/log.h"

namespace gateway::relay {

// What comes through a load balancer comes from elsewhere, whatever its header says: no trust.
void Relay::expect_proxy_header() {
  awaits_proxy_header_ = std::ranges::any_of(
      roster_.surroundings().proxies,
      [this](const config::Network& network) { return config::contains(network, peer_.ip); });
  if (awaits_proxy_header_) peer_.kind = net::Peer::Kind::Network;
}

std::size_t Relay::on_first_bytes(std::string_view bytes) {
  if (!awaits_proxy_header_) return on_login_bytes(bytes);
  const std::size_t taken = take_proxy_header(bytes);
  if (awaits_proxy_header_ || phase_ != Phase::LoggingIn || taken == bytes.size()) return taken;
  return taken + on_login_bytes(bytes.substr(taken));
}

std::size_t Relay::take_proxy_header(std::string_view bytes) {
  const auto header = session::read_proxy_header(bytes);
  if (!header) {
    const std::string why(session::describe(header.error()));
    telemetry::log_warn("PROXY header refused", {{"proxy", peer_.ip}, {"why", why}});
    refuse_login(session::CloseReason::ClientProtocolViolation, "the PROXY header " + why);
    return bytes.size();
  }
  if (!*header) return 0;
  awaits_proxy_header_ = false;
  if (!(*header)->address.empty()) {
    const std::string proxy = peer_.ip;
    peer_ = net::peer_told((*header)->address, (*header)->port);
    telemetry::log_debug("client behind a proxy", {{"proxy", proxy}, {"client", peer_.ip}});
  }
  return (*header)->bytes;
}

}  // namespace gateway::relay
