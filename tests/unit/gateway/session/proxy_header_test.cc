// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/proxy_header.h"

#include <gtest/gtest.h>

#include <string>

namespace gateway::session {
namespace {

using namespace std::string_literals;

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;
constexpr char kLocal = 0x20, kProxy = 0x21;
constexpr char kTcp4 = 0x11, kTcp6 = 0x21, kUnixStream = 0x31;

std::string header(char command, char family, const std::string& body) {
  std::string bytes = kSignature + command + family;
  bytes += static_cast<char>(body.size() >> 8);
  bytes += static_cast<char>(body.size() & 0xFF);
  return bytes + body;
}

const std::string kSource4 = "\xc0\x00\x02\x07"s, kSource6(16, '\x21');
const std::string kBody4 = kSource4 + "\x0a\0\0\1"s + "\x30\x39\x19\x20"s;
const std::string kBody6 = kSource6 + std::string(16, '\2') + "\x30\x39\x19\x20"s;

TEST(ProxyHeader, TellsTheClientsAddress) {
  for (const auto& [family, body, source] :
       {std::tuple(kTcp4, kBody4, kSource4), std::tuple(kTcp6, kBody6, kSource6)}) {
    const std::string bytes = header(kProxy, family, body);
    const std::string all = bytes + "behind it";
    const auto read = read_proxy_header(all);
    ASSERT_TRUE(read.has_value() && read->has_value());
    EXPECT_EQ((*read)->bytes, bytes.size());
    EXPECT_EQ((*read)->address, source);
    EXPECT_EQ((*read)->port, 12345);
  }
}

TEST(ProxyHeader, SkipsWhatStandsBehindTheAddresses) {
  const std::string bytes = header(kProxy, kTcp4, kBody4 + "\x04\0\x02tl"s);
  const auto read = read_proxy_header(bytes);
  ASSERT_TRUE(read.has_value() && read->has_value());
  EXPECT_EQ((*read)->bytes, bytes.size());
  EXPECT_EQ((*read)->address, kSource4);
}

TEST(ProxyHeader, TellsNoAddressWhereThereIsNone) {
  for (const std::string& bytes :
       {header(kLocal, 0, ""), header(kLocal, kTcp4, kBody4), header(kLocal, '\xff', "x"),
        header(kProxy, 0, ""), header(kProxy, 0, "more"),
        header(kProxy, kUnixStream, std::string(216, 'p'))}) {
    const auto read = read_proxy_header(bytes);
    ASSERT_TRUE(read.has_value() && read->has_value());
    EXPECT_EQ((*read)->bytes, bytes.size());
    EXPECT_EQ((*read)->address, "");
  }
}

TEST(ProxyHeader, WaitsAtEveryCut) {
  for (const std::string& bytes : {header(kProxy, kTcp6, kBody6), header(kLocal, 0, "")}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto read = read_proxy_header(std::string_view(bytes).substr(0, size));
      ASSERT_TRUE(read.has_value()) << size;
      EXPECT_FALSE(read->has_value()) << size;
    }
  }
}

TEST(ProxyHeader, IsRefusedAtTheFirstWrongByte) {
  std::string bad_signature = header(kProxy, kTcp4, kBody4);
  bad_signature[11] = 'X';
  const std::string startup("\0\0\0\x08\x04\xd2\x16\x2f", 8);
  const std::pair<std::string, ProxyError> cases[] = {
      {startup, ProxyError::Missing},
      {bad_signature, ProxyError::Missing},
      {"\x16\x03\x01", ProxyError::Missing},
      {"PROXY TCP4 192.0.2.7 10.0.0.1 12345 6432\r\n", ProxyError::TextVersion},
      {header(0x11, kTcp4, kBody4).substr(0, 13), ProxyError::Version},
      {header(0x22, kTcp4, kBody4).substr(0, 13), ProxyError::Command},
      {header(kProxy, 0x41, kBody4).substr(0, 16), ProxyError::Family},
      {header(kProxy, 0x13, kBody4).substr(0, 16), ProxyError::Family},
      {header(kProxy, kTcp4, kBody4.substr(1)), ProxyError::Length},
      {header(kProxy, kTcp6, kBody4), ProxyError::Length},
      {header(kProxy, kUnixStream, kBody4), ProxyError::Length},
      {header(kProxy, kTcp4, std::string(kProxyHeaderBytesMax - 15, 'x')).substr(0, 16),
       ProxyError::Length},
  };
  for (const auto& [bytes, error] : cases) {
    const auto read = read_proxy_header(bytes);
    ASSERT_FALSE(read.has_value()) << describe(error);
    EXPECT_EQ(read.error(), error) << describe(error) << " / " << describe(read.error());
  }
  const auto longest = header(kLocal, 0, std::string(kProxyHeaderBytesMax - 16, 'x'));
  EXPECT_TRUE(read_proxy_header(longest).has_value());
}

}  // namespace
}  // namespace gateway::session
