// SPDX-License-Identifier: Apache-2.0
// Keys and certificates for one test, and the PEM files that they are in.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <filesystem>
#include <memory>
#include <string>

namespace tests {

template <auto Free>
struct Freer {
  void operator()(auto* object) const { Free(object); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Freer<X509_free>>;

struct Made {
  KeyPtr key;
  CertificatePtr certificate;
};

KeyPtr ec_key();

// `name` is the CN, its bytes as they are. Signed by `issuer`, or by its own key.
Made make_certificate(const std::string& name, const Made* issuer = nullptr);
// Signed by `key` itself, by that hash; with RSA keys by RSA-PSS. Null: the key's own (Ed25519).
CertificatePtr self_signed(EVP_PKEY* key, const EVP_MD* digest);

// A folder that is gone with this object.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  // Answer the path. A key is written with mode 0600, and with a passphrase if that is not empty.
  std::string write(const std::string& name, const std::string& text) const;
  std::string write_certificate(const std::string& name, const Made& made) const;
  std::string write_key(const std::string& name, const Made& made,
                        const std::string& passphrase = "") const;

 private:
  std::filesystem::path folder_;
};

}  // namespace tests
