// SPDX-License-Identifier: Apache-2.0
// The server's version and encoding, and how the gateway gets there.
#include <algorithm>
#include <array>

#include "gateway/doctor/checks.h"

namespace gateway::doctor {
namespace {

struct Minor {
  std::int64_t major, minor;
};

// The last ones that were known when this was built.
constexpr std::array kMinors{Minor{14, 23}, Minor{15, 18}, Minor{16, 14}, Minor{17, 10},
                             Minor{18, 4}};
constexpr std::int64_t kPerMajor = 10'000;

void check_version(std::int64_t number, Findings& findings) {
  const std::int64_t major = number / kPerMajor;
  const std::int64_t minor = number % kPerMajor;
  const std::string version = std::to_string(major) + '.' + std::to_string(minor);
  const auto known = std::ranges::find(kMinors, major, &Minor::major);
  if (known == kMinors.end()) {
    return add(findings, "server.version", Severity::Warning, version)
        .says("Postern knows PostgreSQL 14 to 18: what this one has beside is refused",
              "Use a version of Postern that knows it, or PostgreSQL 14 to 18.");
  }
  if (minor >= known->minor) return;
  add(findings, "server.minor", Severity::Note, version)
      .says(
          "a later minor release of it fixes what is known to be wrong",
          "Update to " + std::to_string(major) + '.' + std::to_string(known->minor) + " or later.");
}

bool is_local(const std::string& host) {
  return host.empty() || host == "localhost" || host == "::1" || host.starts_with('/') ||
         host.starts_with('@') || host.starts_with("127.");
}

void check_tls(const config::Database& database, Findings& findings) {
  if (database.ssl_mode == "verify-full") return;
  const auto far = std::ranges::find_if_not(database.host, is_local);
  if (far == database.host.end()) return;
  add(findings, "connection.tls", Severity::Warning, *far)
      .says("ssl_mode " + database.ssl_mode +
                " does not make sure who answers: the password and the rows may go elsewhere",
            "ssl_mode: verify-full");
}

}  // namespace

void check_connection(const Patient& patient, Findings& findings) {
  check_version(patient.session.version, findings);
  if (patient.session.encoding != "UTF8") {
    add(findings, "server.encoding", Severity::Warning, patient.session.encoding)
        .says("names and literals are converted on their way: the policy reads UTF8",
              "Make the database anew with ENCODING 'UTF8'.");
  }
  check_tls(patient.database, findings);
}

}  // namespace gateway::doctor
