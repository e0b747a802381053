// SPDX-License-Identifier: Apache-2.0
// HMAC-SHA-256 in pieces, or SHA-256 alone where there is no key. Allocates nothing once made.
#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;
struct evp_md_st;

namespace gateway::audit {

inline constexpr std::size_t kMacBytes = 32;
using MacBytes = std::array<unsigned char, kMacBytes>;

std::string_view view(const MacBytes& mac);
std::string hex(std::span<const unsigned char> bytes);    // two lower case digits each
std::optional<MacBytes> parse_mac(std::string_view hex);  // exactly 64 lower case digits

class Mac {
 public:
  // An empty key: SHA-256. Fails where this machine's OpenSSL has no SHA-256.
  static std::expected<Mac, std::string> make(std::string_view key);

  void begin();
  void add(std::string_view bytes);
  std::optional<MacBytes> end();  // nothing: OpenSSL failed since begin()

  bool is_keyed() const { return is_keyed_; }
  // Tells keys apart without telling anything of them. Empty without a key.
  std::string key_id();

 private:
  static constexpr std::size_t kBlockBytes = 64;  // of SHA-256
  using Block = std::array<char, kBlockBytes>;
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
    void operator()(evp_md_st* algorithm) const;
  };
  Mac() = default;
  void restart();
  std::optional<MacBytes> finish();
  bool set_key(std::string_view key);

  std::unique_ptr<evp_md_st, Free> algorithm_;
  std::unique_ptr<evp_md_ctx_st, Free> context_;
  Block inner_{}, outer_{};  // RFC 2104: the key, xor ipad and opad
  bool is_keyed_ = false;
  bool has_failed_ = false;
};

}  // namespace gateway::audit
