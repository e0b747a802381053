// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/mac.h"

#include <openssl/evp.h>

#include <algorithm>

namespace gateway::audit {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr char kInnerPad = 0x36, kOuterPad = 0x5c;
constexpr std::string_view kKeyIdText = "postern audit key id";
constexpr std::size_t kKeyIdDigits = 16;

}  // namespace

std::string_view view(const MacBytes& mac) {
  return {reinterpret_cast<const char*>(mac.data()), mac.size()};
}

std::string hex(std::span<const unsigned char> bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const unsigned char byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

std::optional<MacBytes> parse_mac(std::string_view text) {
  MacBytes mac{};
  if (text.size() != 2 * mac.size()) return std::nullopt;
  for (std::size_t i = 0; i < mac.size(); ++i) {
    const std::size_t high = kDigits.find(text[2 * i]), low = kDigits.find(text[2 * i + 1]);
    if (high == kDigits.npos || low == kDigits.npos) return std::nullopt;
    mac[i] = static_cast<unsigned char>(high << 4 | low);
  }
  return mac;
}

void Mac::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }
void Mac::Free::operator()(evp_md_st* algorithm) const { EVP_MD_free(algorithm); }

std::expected<Mac, std::string> Mac::make(std::string_view key) {
  Mac mac;
  mac.algorithm_.reset(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  mac.context_.reset(EVP_MD_CTX_new());
  if (!mac.algorithm_ || !mac.context_ ||
      EVP_DigestInit_ex2(mac.context_.get(), mac.algorithm_.get(), nullptr) != 1) {
    return std::unexpected("OpenSSL offers no SHA-256");
  }
  if (!key.empty() && !mac.set_key(key)) return std::unexpected("OpenSSL cannot hash the key");
  return mac;
}

bool Mac::set_key(std::string_view key) {
  std::array<char, kBlockBytes> block{};
  if (key.size() > block.size()) {
    restart();
    add(key);
    const auto hashed = finish();
    if (!hashed) return false;
    std::ranges::copy(view(*hashed), block.begin());
  } else {
    std::ranges::copy(key, block.begin());
  }
  for (std::size_t i = 0; i < block.size(); ++i) {
    inner_[i] = static_cast<char>(block[i] ^ kInnerPad);
    outer_[i] = static_cast<char>(block[i] ^ kOuterPad);
  }
  is_keyed_ = true;
  return true;
}

// A null algorithm starts over with the one that the context already holds.
void Mac::restart() { has_failed_ = EVP_DigestInit_ex2(context_.get(), nullptr, nullptr) != 1; }

void Mac::add(std::string_view bytes) {
  if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) has_failed_ = true;
}

std::optional<MacBytes> Mac::finish() {
  MacBytes hash{};
  if (EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) != 1) has_failed_ = true;
  if (has_failed_) return std::nullopt;
  return hash;
}

void Mac::begin() {
  restart();
  if (is_keyed_) add({inner_.data(), inner_.size()});
}

std::optional<MacBytes> Mac::end() {
  const auto inner = finish();
  if (!is_keyed_ || !inner) return inner;
  restart();
  add({outer_.data(), outer_.size()});
  add(view(*inner));
  return finish();
}

std::string Mac::key_id() {
  if (!is_keyed_) return {};
  begin();
  add(kKeyIdText);
  const auto id = end();
  return id ? hex(*id).substr(0, kKeyIdDigits) : std::string();
}

}  // namespace gateway::audit
