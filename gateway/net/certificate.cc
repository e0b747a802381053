// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/certificate.h"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <array>
#include <cstdio>
#include <ctime>

namespace gateway::net {
namespace {

const EVP_MD* binding_digest(const X509* certificate) {
  int digest = NID_undef;
  // Knows RSA-PSS, too, where the algorithm alone does not say the hash.
  if (X509_get_signature_info(const_cast<X509*>(certificate), &digest, nullptr, nullptr, nullptr) ==
      0) {
    return nullptr;
  }
  if (digest == NID_md5 || digest == NID_sha1) return EVP_sha256();
  return digest == NID_undef ? nullptr : EVP_get_digestbynid(digest);
}

}  // namespace

std::string common_name(const x509_st* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return {};
  const ASN1_STRING* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string end_point_of(const x509_st* certificate) {
  const EVP_MD* digest = binding_digest(certificate);
  if (digest == nullptr) return {};
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash;
  unsigned length = 0;
  if (X509_digest(certificate, digest, hash.data(), &length) != 1) return {};
  return {reinterpret_cast<const char*>(hash.data()), length};
}

std::string end_of_validity(const x509_st* certificate) {
  std::tm when{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &when) != 1) return {};
  std::array<char, 64> text{};
  const std::size_t length =
      std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &when);
  return {text.data(), length};
}

}  // namespace gateway::net
