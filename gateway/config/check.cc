// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/check.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

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
  check_literal(findings, "audit.key");
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

bool check_address(Findings& findings, std::string_view path, const std::string& address) {
  if (address == "localhost" || is_numeric(address)) return true;
  findings.error(path, fmt::format("must be a numeric IPv4 or IPv6 address or localhost, is '{}'",
                                   printable(address)));
  return false;
}

void check_literal(Findings& findings, std::string_view path) {
  if (!findings.is_literal(path)) return;
  findings.warning(path, "is written in clear text; use file:/path or \"${VARIABLE}\"");
}

void check(const Bound& bound, Diagnostics& diagnostics) {
  Findings findings(bound, diagnostics);
  check_listen(findings);
  check_users(findings);
  check_auth_query(findings);
  check_databases(findings);
  check_access_policies(findings);
  check_principals(findings);
  check_metrics(findings);
  check_audit(findings);
}

}  // namespace gateway::config
