// SPDX-License-Identifier: Apache-2.0
#include "gateway/pgwire/startup.h"

#include "gateway/pgwire/body_reader.h"
#include "gateway/pgwire/frame.h"

namespace gateway::pgwire {
namespace {

constexpr std::uint32_t kCancelCode = (1234u << 16) | 5678u;
constexpr std::uint32_t kSslCode = (1234u << 16) | 5679u;
constexpr std::uint32_t kGssEncCode = (1234u << 16) | 5680u;

std::expected<StartupPacket, StartupError> read_cancel(std::string_view body) {
  if (body.size() < 8 || body.size() - 4 > kCancelKeyBytesMax) {
    return std::unexpected(StartupError::BadCancelKey);
  }
  BodyReader reader(body);
  CancelRequest request;
  request.process_id = reader.int32();
  request.key = reader.rest();
  return request;
}

std::expected<StartupPacket, StartupError> read_parameters(std::uint32_t version,
                                                           std::string_view body) {
  StartupMessage message;
  message.major = static_cast<std::uint16_t>(version >> 16);
  message.minor = static_cast<std::uint16_t>(version & 0xffff);
  if (message.major != 3) return message;  // of an unknown layout: the version alone is told
  BodyReader reader(body);
  while (reader.ok() && !reader.rest().empty() && reader.rest().front() != '\0') {
    const std::string_view name = reader.cstring();
    const std::string_view value = reader.cstring();
    message.parameters.emplace_back(name, value);
  }
  if (!reader.ok() || reader.rest().size() != 1) return std::unexpected(StartupError::BadLayout);
  return message;
}

std::expected<StartupPacket, StartupError> read_packet(std::uint32_t code, std::string_view body) {
  if (code == kCancelCode) return read_cancel(body);
  if (code == kSslCode || code == kGssEncCode) {
    if (!body.empty()) return std::unexpected(StartupError::LengthOutOfRange);
    if (code == kSslCode) return SslRequest{};
    return GssEncRequest{};
  }
  return read_parameters(code, body);
}

}  // namespace

std::expected<std::optional<StartupFrame>, StartupError> read_startup(std::string_view bytes) {
  if (bytes.size() < 4) return std::nullopt;
  const std::uint32_t length = read_uint32(bytes.data());
  if (length < 8 || length > kStartupBytesMax) {
    return std::unexpected(StartupError::LengthOutOfRange);
  }
  if (bytes.size() < length) return std::nullopt;
  const std::uint32_t code = read_uint32(bytes.data() + 4);
  auto packet = read_packet(code, bytes.substr(8, length - 8));
  if (!packet) return std::unexpected(packet.error());
  return StartupFrame{std::move(*packet), length};
}

}  // namespace gateway::pgwire
