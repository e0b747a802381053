// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>

#include "gateway/config/check.h"
#include "gateway/config/listen.h"
#include "gateway/config/text.h"
#include "gateway/config/verifier.h"

namespace gateway::config {
namespace {

void refuse_secrets(Findings& findings, const User& user, const std::string& path) {
  const std::string message =
      fmt::format("is given, but auth is {}", user.auth == Auth::Cert ? "cert" : "trust");
  if (!user.verifier.empty()) findings.error(path + ".verifier", message);
  if (!user.password.empty()) findings.error(path + ".password", message);
}

void check_trust(Findings& findings, const User& user, const std::string& path) {
  const Listen& listen = findings.config().listen;
  if (!is_local(listen) && listen.unix_socket_dir.empty()) {
    findings.error(path + ".auth",
                   "trust lets everybody in and needs a loopback listen.address or "
                   "listen.unix_socket_dir; use scram-sha-256");
  } else if (listen.unix_socket_dir.empty() && is_behind_proxies(listen)) {
    findings.warning(path + ".auth",
                     "trust is for clients of this host, and all that listen.address takes of it "
                     "counts as behind a proxy (listen.proxy_protocol.networks): nobody gets in");
  }
  refuse_secrets(findings, user, path);
}

void check_password(Findings& findings, const User& user, const std::string& path) {
  if (!is_ascii(user.password.reveal())) {
    findings.error(path,
                   "holds characters beyond ASCII, which would need SASLprep; use a verifier "
                   "instead (pg_authid.rolpassword)");
  }
  if (findings.is_literal(path)) {
    findings.warning(path,
                     "is written in clear text; use a verifier, file:/path or \"${VARIABLE}\"");
  }
}

// Why nobody can come through TLS, and what to do; empty: clients can.
std::string_view why_without_tls(const Listen& listen) {
  if (listen.tls.mode == TlsMode::Disable) {
    return "needs TLS: write listen.tls.mode: require, or allow";
  }
  if (listen.address.empty()) {
    return "needs TLS, which a Unix socket never has: name a listen.address";
  }
  return {};
}

void check_cert(Findings& findings, const User& user, const std::string& path) {
  const Listen& listen = findings.config().listen;
  if (listen.tls.client_ca.empty()) {
    findings.error(path + ".auth",
                   "cert needs listen.tls.client_ca, which says whose certificates "
                   "are believed");
  } else if (const auto why = why_without_tls(listen); !why.empty()) {
    findings.error(path + ".auth", fmt::format("cert {}", why));
  }
  refuse_secrets(findings, user, path);
}

void check_secrets(Findings& findings, const User& user, const std::string& path) {
  const std::string verifier = path + ".verifier", password = path + ".password";
  if (!user.verifier.empty() && !user.password.empty()) {
    findings.error(password, "is given besides verifier; remove one of them");
  }
  if (!user.verifier.empty()) {
    const auto checked = check_verifier(user.verifier.reveal());
    if (!checked) findings.error(verifier, checked.error());
  }
  if (!user.password.empty()) check_password(findings, user, password);
  // A secret that could not be read has its own message.
  if (!findings.given(verifier) && !findings.given(password)) {
    findings.error(path, fmt::format("{} needs a verifier or a password",
                                     user.auth == Auth::Password ? "password" : "scram-sha-256"));
  }
}

void check_clear_text(Findings& findings, const User& user, const std::string& path) {
  if (const auto why = why_without_tls(findings.config().listen); !why.empty()) {
    findings.error(
        path + ".auth",
        fmt::format("password sends it in clear text and {}; or use scram-sha-256", why));
  }
  check_secrets(findings, user, path);
}

}  // namespace

void check_users(Findings& findings) {
  const auto& users = findings.config().users;
  if (users.empty() && findings.config().auth_query.database.empty()) {
    findings.error("users", "there are no users: nobody could connect");
  }
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < users.size(); ++i) {
    const User& user = users[i];
    const std::string path = fmt::format("users[{}]", i);
    check_name(findings, path + ".name", user.name, "user");
    const auto [same, is_new] = first.emplace(user.name, i);
    if (!is_new && !user.name.empty()) {
      findings.error(path + ".name", fmt::format("'{}' is the name of users[{}] already",
                                                 printable(user.name), same->second));
    }
    if (!user.certificate_name.empty() && user.auth != Auth::Cert) {
      findings.error(path + ".certificate_name", "is given, but auth is not cert");
    }
    switch (user.auth) {
      case Auth::Trust: check_trust(findings, user, path); break;
      case Auth::ScramSha256: check_secrets(findings, user, path); break;
      case Auth::Password: check_clear_text(findings, user, path); break;
      case Auth::Cert: check_cert(findings, user, path); break;
    }
  }
}

}  // namespace gateway::config
