// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/check.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gateway/config/listen_check.h"
#include "gateway/config/text.h"

namespace gateway::config {
namespace {

constexpr std::size_t kAuditKeyBytesMin = 16;
constexpr Duration kRotationMin = std::chrono::minutes(1);
constexpr std::array<std::string_view, 3> kReservedPaths{"/healthz", "/readyz", "/status"};

bool is_numeric(const std::string& address) {
  in6_addr bytes{};
  return inet_pton(AF_INET, address.c_str(), &bytes) == 1 ||
         inet_pton(AF_INET6, address.c_str(), &bytes) == 1;
}

void check_address(Findings& findings, std::string_view path, const std::string& address) {
  if (is_address(address)) return;
  findings.error(path, fmt::format("must be a numeric IPv4 or IPv6 address or localhost, is '{}'",
                                   printable(address)));
}

void check_listen(Findings& findings) {
  check_listeners(findings);
  const Listen& listen = findings.config().listen;
  if (is_local(listen)) return;
  if (listen.tls.mode == TlsMode::Disable) {
    findings.warning("listen.address",
                     "clients from the network are not encrypted; set listen.tls.mode to require, "
                     "with cert and key, or listen on 127.0.0.1");
  } else if (listen.tls.mode == TlsMode::Allow) {
    findings.warning("listen.tls.mode",
                     "'allow' takes clients from the network that are not encrypted; 'require' "
                     "refuses them");
  }
}

void check_tls(Findings& findings) {
  const Tls& tls = findings.config().listen.tls;
  const bool names_files = !tls.cert.empty() || !tls.key.empty() || !tls.client_ca.empty();
  if (names_files && !findings.given("listen.tls.mode")) {
    findings.error("listen.tls", "says no mode; write mode: require, or allow");
  }
  if (tls.mode == TlsMode::Disable) return;
  for (const auto& [path, file] :
       {std::pair{"listen.tls.cert", &tls.cert}, std::pair{"listen.tls.key", &tls.key}}) {
    if (file->empty()) {
      findings.error(path,
                     fmt::format("is needed where listen.tls.mode is {}: the path of a PEM file",
                                 tls.mode == TlsMode::Allow ? "allow" : "require"));
    }
  }
}

void check_admin_socket(Findings& findings) {
  const std::string& path = findings.config().listen.admin_socket;
  if (path.size() > kSocketPathMax) {
    findings.error(
        "listen.admin_socket",
        fmt::format("is longer than {} bytes, the most a socket's path may have", kSocketPathMax));
  }
  if (!path.empty() && !path.starts_with('/')) {
    findings.error("listen.admin_socket", "must begin with '/': clients start anywhere");
  }
}

void check_metrics(Findings& findings) {
  const Metrics& metrics = findings.config().metrics;
  const Listen& listen = findings.config().listen;
  if (!metrics.enabled) return;
  check_address(findings, "observability.metrics.address", metrics.address);
  if (metrics.port != 0 && metrics.port == listen.port &&
      std::ranges::find(listen.address, metrics.address) != listen.address.end()) {
    findings.error("observability.metrics.port", "is the same as listen.port");
  }
  const std::string_view path = metrics.path;
  if (!path.starts_with('/') || path.find_first_of(" ?#") != std::string_view::npos) {
    findings.error("observability.metrics.path", "must start with '/' and hold no ' ', '?' or '#'");
  }
  if (std::ranges::find(kReservedPaths, path) != kReservedPaths.end()) {
    findings.error("observability.metrics.path", fmt::format("{} has its own answer", path));
  }
}

void check_audit(Findings& findings) {
  const Audit& audit = findings.config().audit;
  if (!audit.enabled) return;
  if (audit.storage == Storage::File && audit.file_path.empty()) {
    findings.error("audit.file_path", "is empty; audit.storage is file");
  }
  if (audit.on_failure == OnFailure::Continue) {
    findings.warning(
        "audit.on_failure",
        "statements run unrecorded when the audit cannot be written; 'deny' stops them");
  }
  if (!audit.key.empty() && audit.key.reveal().size() < kAuditKeyBytesMin) {
    findings.error("audit.key", fmt::format("is shorter than {} bytes and could be guessed; "
                                            "`openssl rand -hex 32` makes one",
                                            kAuditKeyBytesMin));
  }
  if (findings.is_literal("audit.key")) {
    findings.warning("audit.key", "is written in clear text; use file:/path or \"${VARIABLE}\"");
  }
  if (audit.rotate_every > Duration::zero() && audit.rotate_every < kRotationMin) {
    findings.error("audit.rotate_every", "must be 0 or at least 1m");
  }
  if (audit.durability == Durability::Fsync && audit.storage == Storage::Stdout) {
    findings.error("audit.durability", "is fsync, which stdout cannot do; write write");
  }
}

}  // namespace

void Findings::add(Severity severity, std::string_view path, std::string message) {
  Diagnostic diagnostic;
  diagnostic.severity = severity;
  diagnostic.path = path;
  diagnostic.message = std::move(message);
  while (!path.empty()) {
    if (const auto place = places_.find(path); place != places_.end()) {
      diagnostic.place = place->second;
      break;
    }
    const auto end = path.find_last_of(".[");
    path = path.substr(0, end == std::string_view::npos ? 0 : end);
  }
  diagnostics_.push_back(std::move(diagnostic));
}

void check_name(Findings& findings, std::string_view path, const std::string& name,
                std::string_view what) {
  if (name.empty()) return findings.error(path, fmt::format("the {} needs a name", what));
  if (name.size() > kNameBytesMax) {
    findings.error(path, fmt::format("is longer than {} bytes", kNameBytesMax));
  }
  if (name == kReservedName) {
    findings.error(path, fmt::format("'{}' is reserved; choose another name", kReservedName));
  }
}

bool is_address(const std::string& address) {
  return address == "localhost" || is_numeric(address);
}

bool is_loopback(const std::string& address) {
  in_addr v4{};
  in6_addr v6{};
  if (address == "localhost") return true;
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  if (inet_pton(AF_INET6, address.c_str(), &v6) != 1) return false;
  const bool is_mapped = IN6_IS_ADDR_V4MAPPED(&v6);
  return IN6_IS_ADDR_LOOPBACK(&v6) || (is_mapped && v6.s6_addr[12] == 127);
}

void check(const Bound& bound, Diagnostics& diagnostics) {
  Findings findings(bound, diagnostics);
  check_listen(findings);
  check_tls(findings);
  check_admin_socket(findings);
  check_users(findings);
  check_auth_query(findings);
  check_databases(findings);
  check_access_policies(findings);
  check_principals(findings);
  check_metrics(findings);
  check_audit(findings);
}

}  // namespace gateway::config
