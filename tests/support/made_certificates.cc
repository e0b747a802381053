// SPDX-License-Identifier: Apache-2.0
#include "tests/support/made_certificates.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <fstream>

namespace tests {
namespace {

using BioPtr = std::unique_ptr<BIO, Freer<BIO_free>>;

CertificatePtr unsigned_certificate(const std::string& name, EVP_PKEY* key) {
  CertificatePtr made(X509_new());
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  X509_set_pubkey(made.get(), key);
  X509_NAME_add_entry_by_NID(X509_get_subject_name(made.get()), NID_commonName, MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.data()),
                             static_cast<int>(name.size()), -1, 0);
  return made;
}

std::string text_in(BIO* bio) {
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<std::size_t>(length)};
}

}  // namespace

KeyPtr ec_key() { return KeyPtr(EVP_EC_gen("P-256")); }

Made make_certificate(const std::string& name, const Made* issuer) {
  KeyPtr key = ec_key();
  CertificatePtr made = unsigned_certificate(name, key.get());
  const X509* signer = issuer == nullptr ? made.get() : issuer->certificate.get();
  X509_set_issuer_name(made.get(), X509_get_subject_name(signer));
  if (issuer == nullptr) {
    X509_EXTENSION* basic =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
    X509_add_ext(made.get(), basic, -1);
    X509_EXTENSION_free(basic);
  }
  X509_sign(made.get(), issuer == nullptr ? key.get() : issuer->key.get(), EVP_sha256());
  return {std::move(key), std::move(made)};
}

CertificatePtr self_signed(EVP_PKEY* key, const EVP_MD* digest) {
  CertificatePtr made = unsigned_certificate("self", key);
  X509_set_issuer_name(made.get(), X509_get_subject_name(made.get()));
  std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  EVP_DigestSignInit(context.get(), &parameters, digest, nullptr, key);
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST);
  }
  X509_sign_ctx(made.get(), context.get());
  return made;
}

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "postern-tls-XXXXXX").string();
  folder_ = ::mkdtemp(name.data());
}

Folder::~Folder() { std::filesystem::remove_all(folder_); }

std::string Folder::write(const std::string& name, const std::string& text) const {
  std::ofstream(folder_ / name, std::ios::binary | std::ios::trunc) << text;
  return path(name);
}

std::string Folder::write_certificate(const std::string& name, const Made& made) const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), made.certificate.get());
  return write(name, text_in(bio.get()));
}

std::string Folder::write_key(const std::string& name, const Made& made,
                              const std::string& passphrase) const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), made.key.get(),
                                passphrase.empty() ? nullptr : EVP_aes_128_cbc(),
                                passphrase.empty() ? nullptr : passphrase.data(),
                                static_cast<int>(passphrase.size()), nullptr, nullptr);
  write(name, text_in(bio.get()));
  std::filesystem::permissions(
      folder_ / name, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return path(name);
}

}  // namespace tests
