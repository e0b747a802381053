// SPDX-License-Identifier: Apache-2.0
// What is read off an X.509 certificate. Knows no TLS session.
#pragma once

#include <string>

struct x509_st;

namespace gateway::net {

// The first CN of the subject, as its bytes stand there; empty where there is none.
std::string common_name(const x509_st* certificate);

// The data of "tls-server-end-point" (RFC 5929 section 4.1): the certificate's hash by the
// algorithm of its signature, SHA-256 in place of MD5 and SHA-1. Empty where the signature has no
// such algorithm (Ed25519): then there is no binding.
std::string end_point_of(const x509_st* certificate);

// "2027-01-31 12:00:00 UTC"
std::string end_of_validity(const x509_st* certificate);

}  // namespace gateway::net
