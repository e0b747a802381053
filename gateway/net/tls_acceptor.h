// SPDX-License-Identifier: Apache-2.0
// What our side of TLS is made with: certificate, key, and who signs clients' certificates. Cannot
// be changed: new files make a new acceptor, and the sessions of the old one go on with theirs.
// TLS 1.2 and 1.3; no renegotiation, compression, tickets or other resumption, as PostgreSQL.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "gateway/net/tls_session.h"

struct ssl_ctx_st;

namespace gateway::net {

struct TlsFiles {
  std::string certificate;  // PEM, our own first, then those between it and the root
  std::string key;          // PEM, without a passphrase
  std::string client_ca;  // PEM, who may sign clients' certificates; empty: they are not asked for
};

struct TlsFileError {
  enum class File : std::uint8_t { Certificate, Key, ClientCa } file = File::Certificate;
  std::string message;  // a phrase that goes on behind the file's name, and says what to do
};

class TlsAcceptor : public std::enable_shared_from_this<TlsAcceptor> {
 public:
  using Loaded = std::expected<std::shared_ptr<const TlsAcceptor>, TlsFileError>;

  // Reads the files; blocks as they do. Any thread. A key that others can read is an error, by
  // PostgreSQL's rule: 0600, or 0640 where root owns it.
  static Loaded load(const TlsFiles& files);
  ~TlsAcceptor();
  TlsAcceptor(const TlsAcceptor&) = delete;
  TlsAcceptor& operator=(const TlsAcceptor&) = delete;

  std::unique_ptr<TlsSession> accept(TlsStart start) const;  // null where memory is short

  // The data of "tls-server-end-point" (certificate.h); empty: the certificate has none.
  const std::string& end_point() const { return end_point_; }
  const std::string& subject() const { return subject_; }      // its CN
  const std::string& not_after() const { return not_after_; }  // as text

 private:
  explicit TlsAcceptor(ssl_ctx_st* context);

  ssl_ctx_st* context_;
  std::string end_point_, subject_, not_after_;
};

}  // namespace gateway::net
