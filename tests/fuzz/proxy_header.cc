// SPDX-License-Identifier: Apache-2.0
// Property: however the bytes are cut, the same header or the same error comes out, at once or
// after all of it is there; no header is above its limit, and what it tells lies inside it.
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/session/proxy_header.h"
#include "tests/fuzz/canary.h"

namespace {

namespace session = gateway::session;

// How a byte stream that ends here is read.
struct Seen {
  bool is_error = false, is_whole = false;
  session::ProxyError error{};
  std::size_t bytes = 0;
  std::string address;
  std::uint16_t port = 0;
  bool operator==(const Seen&) const = default;
};

Seen read(std::string_view bytes) {
  const auto header = session::read_proxy_header(bytes);
  if (!header) return {.is_error = true, .error = header.error(), .address = {}};
  if (!*header) return {};
  const auto& [size, address, port] = **header;
  fuzz::require(size <= bytes.size() && size <= session::kProxyHeaderBytesMax);
  fuzz::require(address.empty() || address.size() == 4 || address.size() == 16);
  return {.is_whole = true, .bytes = size, .address = std::string(address), .port = port};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  const Seen whole = read(stream);
  for (std::size_t cut = 0; cut < size; ++cut) {
    const Seen part = read(stream.substr(0, cut));
    const bool waits = !part.is_error && !part.is_whole;
    fuzz::require((waits && cut < session::kProxyHeaderBytesMax) || part == whole);
  }
  fuzz::require(!fuzz::canary());
  return 0;
}
