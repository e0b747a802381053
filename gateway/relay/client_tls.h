// SPDX-License-Identifier: Apache-2.0
// Whether clients may speak TLS, and with what. Replaced when the configuration or the files
// change: connections to come use it, those that are open keep what they began with.
#pragma once

#include <memory>

#include "gateway/net/tls_acceptor.h"
#include "gateway/session/handshake.h"

namespace gateway::relay {

struct ClientTls {
  session::Encryption encryption = session::Encryption::Disabled;
  std::shared_ptr<const net::TlsAcceptor> acceptor;  // null where it is Disabled
};

}  // namespace gateway::relay
