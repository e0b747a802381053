// SPDX-License-Identifier: Apache-2.0
// SHA-256, with everything that can be prepared once prepared once.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;
struct evp_md_st;

namespace gateway::audit {

class Digest {
 public:
  // Fails where this machine's OpenSSL has no SHA-256.
  static std::expected<Digest, std::string> make();

  // 64 hexadecimal digits. False, and nothing appended, when OpenSSL failed.
  bool append_hex(std::string& out, std::string_view bytes);

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
    void operator()(evp_md_st* algorithm) const;
  };
  Digest() = default;
  std::unique_ptr<evp_md_st, Free> algorithm_;
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace gateway::audit
