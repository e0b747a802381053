// SPDX-License-Identifier: Apache-2.0
// The packets that open a connection: they have a length but no type byte (PostgreSQL documentation
// 55.2.1, 55.7 StartupMessage, SSLRequest, GSSENCRequest, CancelRequest).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gateway::pgwire {

// MAX_STARTUP_PACKET_LENGTH of PostgreSQL's pqcomm.h, and the length word, which that does not
// count.
inline constexpr std::uint32_t kStartupBytesMax = 10'004;
inline constexpr std::uint32_t kProtocol30 = 3u << 16;
inline constexpr std::uint32_t kProtocol32 = 3u << 16 | 2u;  // longer cancel keys (PostgreSQL 18)
inline constexpr std::size_t kCancelKeyBytesMax = 256;       // protocol 3.2

struct SslRequest {};
struct GssEncRequest {};

struct CancelRequest {
  std::int32_t process_id = 0;
  std::string_view key;  // 4 bytes in protocol 3.0, up to 256 in 3.2. Borrowed.
};

struct StartupMessage {
  std::uint16_t major = 0, minor = 0;
  std::vector<std::pair<std::string_view, std::string_view>> parameters;  // in order. Borrowed.
};

using StartupPacket = std::variant<SslRequest, GssEncRequest, CancelRequest, StartupMessage>;

enum class StartupError : std::uint8_t {
  LengthOutOfRange,  // below 8 or above kStartupBytesMax
  BadLayout,         // parameters not NUL-terminated pairs with one final NUL
  BadCancelKey,      // a CancelRequest with a key of no legal length
};

struct StartupFrame {
  StartupPacket packet;
  std::size_t bytes = 0;  // of the whole packet
};

// The packet at the front of `bytes`; nullopt while it is not whole. Looks at no more than
// kStartupBytesMax bytes and decides on the length alone where it can.
std::expected<std::optional<StartupFrame>, StartupError> read_startup(std::string_view bytes);

}  // namespace gateway::pgwire
