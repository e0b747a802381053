// SPDX-License-Identifier: Apache-2.0
#include "gateway/auth/verifier.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <memory>

#include "gateway/auth/base64.h"

namespace gateway::auth {
namespace {

constexpr std::string_view kPrefix = "SCRAM-SHA-256$";

const unsigned char* as_unsigned(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

struct FreeMacContext {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeMacContext>;

// A digest that was not made, as memory is short, must not be compared with one.
void require(bool is_made) {
  if (!is_made) std::terminate();
}

// Finding an algorithm by its name costs more than using it: found once, then duplicated.
MacContext keyless_hmac_sha256() {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
  MacContext context(mac == nullptr ? nullptr : EVP_MAC_CTX_new(mac));
  EVP_MAC_free(mac);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  require(context != nullptr && EVP_MAC_CTX_set_params(context.get(), parameters) == 1);
  return context;
}

std::optional<Digest> decode_digest(std::string_view text) {
  const auto bytes = decode_base64(text);
  if (!bytes || bytes->size() != kDigestBytes) return std::nullopt;
  Digest digest;
  std::ranges::transform(*bytes, digest.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return digest;
}

// "head<separator>tail" -> head, and `text` becomes tail.
std::optional<std::string_view> cut(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(at + 1);
  return head;
}

std::optional<int> parse_iterations(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value < 1 || value > kIterationsMax) return std::nullopt;
  return value;
}

}  // namespace

std::string_view as_text(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

Digest sha256(std::string_view data) {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Digest digest;
  require(EVP_Digest(data.data(), data.size(), digest.data(), nullptr, algorithm, nullptr) == 1);
  return digest;
}

Digest hmac_sha256(std::string_view key, std::string_view data) {
  static const auto keyless = keyless_hmac_sha256();
  const MacContext context(EVP_MAC_CTX_dup(keyless.get()));
  require(context != nullptr);
  Digest digest;
  std::size_t length = 0;
  require(EVP_MAC_init(context.get(), as_unsigned(key), key.size(), nullptr) == 1);
  require(EVP_MAC_update(context.get(), as_unsigned(data), data.size()) == 1);
  require(EVP_MAC_final(context.get(), digest.data(), &length, digest.size()) == 1);
  return digest;
}

std::optional<ScramVerifier> parse_verifier(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  const auto iterations = cut(text, ':');
  const auto salt = cut(text, '$');
  const auto stored = cut(text, ':');
  if (!iterations || !salt || !stored) return std::nullopt;
  const auto count = parse_iterations(*iterations);
  const auto salt_bytes = decode_base64(*salt);
  const auto stored_key = decode_digest(*stored);
  const auto server_key = decode_digest(text);
  if (!count || !salt_bytes || salt_bytes->empty() || !stored_key || !server_key) {
    return std::nullopt;
  }
  return ScramVerifier{*count, *salt_bytes, *stored_key, *server_key};
}

std::string format_verifier(const ScramVerifier& verifier) {
  std::string text(kPrefix);
  text.append(std::to_string(verifier.iterations)).append(":").append(encode_base64(verifier.salt));
  text.append("$").append(encode_base64(as_text(verifier.stored_key)));
  text.append(":").append(encode_base64(as_text(verifier.server_key)));
  return text;
}

ScramVerifier derive_verifier(std::string_view password, std::string_view salt, int iterations) {
  Digest salted{};
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), as_unsigned(salt),
                    static_cast<int>(salt.size()), iterations, EVP_sha256(),
                    static_cast<int>(kDigestBytes), salted.data());
  ScramVerifier verifier;
  verifier.iterations = iterations;
  verifier.salt = salt;
  verifier.stored_key = sha256(as_text(hmac_sha256(as_text(salted), "Client Key")));
  verifier.server_key = hmac_sha256(as_text(salted), "Server Key");
  return verifier;
}

bool is_password_of(const ScramVerifier& verifier, std::string_view password) {
  const ScramVerifier derived = derive_verifier(password, verifier.salt, verifier.iterations);
  return CRYPTO_memcmp(derived.stored_key.data(), verifier.stored_key.data(), kDigestBytes) == 0;
}

ScramVerifier fake_verifier(std::string_view user, std::string_view secret, int iterations) {
  ScramVerifier verifier;
  verifier.iterations = iterations;
  verifier.salt = as_text(hmac_sha256(secret, user)).substr(0, kSaltBytes);
  // Keys that nobody can have derived from a password; the exchange fails regardless (scram.h).
  verifier.stored_key = hmac_sha256(secret, std::string("stored ").append(user));
  verifier.server_key = hmac_sha256(secret, std::string("server ").append(user));
  return verifier;
}

}  // namespace gateway::auth
