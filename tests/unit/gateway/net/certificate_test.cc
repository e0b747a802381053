// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/certificate.h"

#include <gtest/gtest.h>
#include <openssl/rsa.h>

#include <array>

#include "tests/support/made_certificates.h"

namespace gateway::net {
namespace {

std::string hash_of(const X509* certificate, const EVP_MD* digest) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash;
  unsigned length = 0;
  X509_digest(certificate, digest, hash.data(), &length);
  return {reinterpret_cast<const char*>(hash.data()), length};
}

TEST(Certificate, IsHashedByTheAlgorithmOfItsSignature) {
  const tests::KeyPtr ec = tests::ec_key(), rsa(EVP_RSA_gen(2048));
  struct Case {
    EVP_PKEY* key;
    const EVP_MD *signed_by, *bound_by;
  };
  for (const Case& c :
       {Case{ec.get(), EVP_sha256(), EVP_sha256()}, Case{ec.get(), EVP_sha384(), EVP_sha384()},
        Case{ec.get(), EVP_sha1(), EVP_sha256()}, Case{rsa.get(), EVP_sha512(), EVP_sha512()},
        Case{rsa.get(), EVP_sha256(), EVP_sha256()}}) {
    const tests::CertificatePtr made = tests::self_signed(c.key, c.signed_by);
    EXPECT_EQ(end_point_of(made.get()), hash_of(made.get(), c.bound_by))
        << EVP_MD_get0_name(c.signed_by);
  }
}

TEST(Certificate, HasNoBindingWhereItsSignatureHasNoHash) {
  const tests::KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const tests::CertificatePtr made = tests::self_signed(key.get(), nullptr);
  EXPECT_EQ(end_point_of(made.get()), "");
}

TEST(Certificate, TellsItsNameWithEveryByte) {
  EXPECT_EQ(common_name(tests::make_certificate("ann").certificate.get()), "ann");
  const std::string with_nul("ann\0.example", 12);
  EXPECT_EQ(common_name(tests::make_certificate(with_nul).certificate.get()), with_nul);
}

TEST(Certificate, TellsTheEndOfItsValidity) {
  const tests::Made made = tests::make_certificate("ann");
  ASN1_TIME_set_string_X509(X509_getm_notAfter(made.certificate.get()), "20310203040506Z");
  EXPECT_EQ(end_of_validity(made.certificate.get()), "2031-02-03 04:05:06 UTC");
}

}  // namespace
}  // namespace gateway::net
