// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/digest.h"

#include <openssl/evp.h>

#include <array>

namespace gateway::audit {
namespace {

constexpr std::size_t kSha256Bytes = 32;

// Two digits a byte, looked up at once.
constexpr auto kHexPairs = [] {
  std::array<std::array<char, 2>, 256> pairs{};
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {kDigits[i >> 4], kDigits[i & 15]};
  return pairs;
}();

}  // namespace

void Digest::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }
void Digest::Free::operator()(evp_md_st* algorithm) const { EVP_MD_free(algorithm); }

std::expected<Digest, std::string> Digest::make() {
  Digest digest;
  digest.algorithm_.reset(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  digest.context_.reset(EVP_MD_CTX_new());
  if (!digest.algorithm_ || !digest.context_ ||
      EVP_DigestInit_ex2(digest.context_.get(), digest.algorithm_.get(), nullptr) != 1) {
    return std::unexpected("OpenSSL offers no SHA-256");
  }
  return digest;
}

bool Digest::append_hex(std::string& out, std::string_view bytes) {
  std::array<unsigned char, kSha256Bytes> hash;
  // A null algorithm starts over with the one that the context already holds.
  if (EVP_DigestInit_ex2(context_.get(), nullptr, nullptr) != 1 ||
      EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) != 1) {
    return false;
  }
  std::array<char, 2 * kSha256Bytes> digits;
  for (std::size_t i = 0; i < kSha256Bytes; ++i) {
    digits[2 * i] = kHexPairs[hash[i]][0];
    digits[2 * i + 1] = kHexPairs[hash[i]][1];
  }
  out.append(digits.data(), digits.size());
  return true;
}

}  // namespace gateway::audit
