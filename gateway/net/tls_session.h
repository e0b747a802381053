// SPDX-License-Identifier: Apache-2.0
// Our side of one client's TLS session. A Stream drives it; the handshake is part of its first
// reads. Made by a TlsAcceptor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;

namespace gateway::net {

class TlsAcceptor;

// How the client asked for it: in PostgreSQL's protocol, or by its first byte. Then it has to say
// in ALPN that it means PostgreSQL, as a browser that was lured here does not (PostgreSQL
// 17, 55.2.11).
enum class TlsStart : std::uint8_t { Requested, Direct };

class TlsSession {
 public:
  TlsSession(std::shared_ptr<const TlsAcceptor> acceptor, ssl_st* session);  // owns `session`
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // Before the first read. `already_read` stands before what the socket still has. False: no
  // memory.
  bool attach(int fd, std::string_view already_read);

  bool is_established() const;
  std::string_view version() const;  // "TLSv1.3"
  std::string_view cipher() const;
  // The binding data of the certificate that this session showed; see TlsAcceptor.
  const std::string& end_point() const;
  // The CN of the client's verified certificate; empty without one.
  std::string client_name() const;
  // The client showed a certificate, and nobody who is believed vouches for it.
  bool refused_certificate() const;

  // Changes of keys cost us, and bring nothing. `bytes`: of data that a turn of reads has brought.
  bool does_nothing_but_rekey(std::size_t bytes);

  ssl_st* raw() { return session_; }  // for net/ only

 private:
  std::shared_ptr<const TlsAcceptor> acceptor_;
  ssl_st* session_;
  int key_updates_ = 0;  // since data came
};

}  // namespace gateway::net
