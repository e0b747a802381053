// SPDX-License-Identifier: Apache-2.0
#include "gateway/auth/scram.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "gateway/auth/base64.h"

namespace gateway::auth {
namespace {

constexpr std::string_view kBindingType = "tls-server-end-point";

// Takes "<name>=<value>" up to the next comma (which goes too) off the front.
std::optional<std::string_view> take_attribute(std::string_view& text, char name) {
  if (text.size() < 2 || text[0] != name || text[1] != '=') return std::nullopt;
  const std::size_t comma = text.find(',');
  const std::string_view value =
      text.substr(2, comma == std::string_view::npos ? comma : comma - 2);
  text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  return value;
}

bool is_printable_nonce(std::string_view nonce) {
  return !nonce.empty() &&
         std::ranges::all_of(nonce, [](char c) { return c >= 0x21 && c <= 0x7e && c != ','; });
}

}  // namespace

ScramExchange::ScramExchange(ScramVerifier verifier, Subject subject, std::string server_nonce,
                             std::string end_point)
    : verifier_(std::move(verifier)),
      subject_(subject),
      nonce_(std::move(server_nonce)),
      end_point_(std::move(end_point)) {}

// gs2-header of RFC 5802 section 7; its rules on binding are those of PostgreSQL's auth-scram.c.
std::expected<void, ScramError> ScramExchange::take_gs2_header(std::string_view& message) {
  const bool binds = chosen_ == ScramMechanism::Plus;
  std::size_t flag_bytes = 1;
  if (message.starts_with("n")) {
    if (binds) return std::unexpected(ScramError::BindingMissing);
  } else if (message.starts_with("y")) {
    if (binds) return std::unexpected(ScramError::BindingMissing);
    if (!end_point_.empty()) return std::unexpected(ScramError::Downgrade);
  } else if (message.starts_with("p=")) {
    if (!binds) return std::unexpected(ScramError::BindingUnexpected);
    flag_bytes = std::min(message.find(','), message.size());
    if (message.substr(2, flag_bytes - 2) != kBindingType) {
      return std::unexpected(ScramError::UnsupportedBindingType);
    }
  } else {
    return std::unexpected(ScramError::Malformed);
  }
  const std::string_view identity = message.substr(flag_bytes);
  if (identity.starts_with(",a=")) return std::unexpected(ScramError::AuthorizationIdentity);
  if (!identity.starts_with(",,")) return std::unexpected(ScramError::Malformed);
  gs2_header_ = message.substr(0, flag_bytes + 2);
  message.remove_prefix(flag_bytes + 2);
  return {};
}

std::expected<std::string, ScramError> ScramExchange::first(ScramMechanism chosen,
                                                            std::string_view client_first) {
  if (client_first.size() > kScramMessageBytesMax) return std::unexpected(ScramError::Malformed);
  chosen_ = chosen;
  if (const auto header = take_gs2_header(client_first); !header) {
    return std::unexpected(header.error());
  }
  client_first_bare_ = client_first;

  std::string_view rest = client_first_bare_;
  if (rest.starts_with("m=")) return std::unexpected(ScramError::Extension);
  // The user name is that of the start-up packet; the one here is ignored, as PostgreSQL does.
  if (!take_attribute(rest, 'n')) return std::unexpected(ScramError::Malformed);
  const auto client_nonce = take_attribute(rest, 'r');
  if (!client_nonce || !is_printable_nonce(*client_nonce)) {
    return std::unexpected(ScramError::Malformed);
  }
  nonce_.insert(0, *client_nonce);
  server_first_ = "r=" + nonce_ + ",s=" + encode_base64(verifier_.salt) +
                  ",i=" + std::to_string(verifier_.iterations);
  return server_first_;
}

std::expected<void, ScramError> ScramExchange::check_binding(std::string_view encoded) const {
  if (chosen_ == ScramMechanism::Plus) {
    if (encoded == encode_base64(gs2_header_ + end_point_)) return {};
    return std::unexpected(ScramError::BindingCheckFailed);
  }
  if (encoded == encode_base64(gs2_header_)) return {};
  return std::unexpected(ScramError::Malformed);
}

std::expected<std::string, ScramError> ScramExchange::last(std::string_view client_final) {
  if (client_final.size() > kScramMessageBytesMax) return std::unexpected(ScramError::Malformed);
  const std::size_t proof_at = client_final.rfind(",p=");
  if (proof_at == std::string_view::npos) return std::unexpected(ScramError::Malformed);
  const std::string_view without_proof = client_final.substr(0, proof_at);
  const auto proof = decode_base64(client_final.substr(proof_at + 3));

  std::string_view rest = without_proof;
  const auto binding = take_attribute(rest, 'c');
  const auto nonce = take_attribute(rest, 'r');
  if (!binding || !nonce || !proof || proof->size() != kDigestBytes) {
    return std::unexpected(ScramError::Malformed);
  }
  if (const auto bound = check_binding(*binding); !bound) return std::unexpected(bound.error());
  if (*nonce != nonce_) return std::unexpected(ScramError::Malformed);
  const std::string auth_message =
      client_first_bare_ + "," + server_first_ + "," + std::string(without_proof);
  // The proof is computed for fakes too: equal work, equal time.
  const bool proved = proves(auth_message, *proof);
  if (!proved || subject_ == Subject::Fake) return std::unexpected(ScramError::WrongPassword);
  return "v=" + encode_base64(as_text(hmac_sha256(as_text(verifier_.server_key), auth_message)));
}

bool ScramExchange::proves(std::string_view auth_message, std::string_view proof) const {
  const Digest signature = hmac_sha256(as_text(verifier_.stored_key), auth_message);
  Digest client_key;
  for (std::size_t i = 0; i < kDigestBytes; ++i) {
    client_key[i] = static_cast<std::uint8_t>(signature[i] ^ static_cast<std::uint8_t>(proof[i]));
  }
  const Digest stored = sha256(as_text(client_key));
  return CRYPTO_memcmp(stored.data(), verifier_.stored_key.data(), kDigestBytes) == 0;
}

}  // namespace gateway::auth
