// SPDX-License-Identifier: Apache-2.0
#include "policy/keyed_hash.h"

#include <bit>
#include <cstring>

namespace policy {
namespace {

static_assert(std::endian::native == std::endian::little);

struct State {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void take(std::uint64_t word) {
    v3 ^= word;
    round();
    v0 ^= word;
  }
};

}  // namespace

std::uint64_t keyed_hash(std::uint64_t key, std::string_view text) {
  const std::uint64_t second = key * 0x9E3779B97F4A7C15u + 0xD1B54A32D192ED03u;
  State state{key ^ 0x736f6d6570736575u, second ^ 0x646f72616e646f6du, key ^ 0x6c7967656e657261u,
              second ^ 0x7465646279746573u};
  const std::uint64_t length = text.size();
  std::uint64_t word = 0;
  for (; text.size() >= sizeof(word); text.remove_prefix(sizeof(word))) {
    std::memcpy(&word, text.data(), sizeof(word));
    state.take(word);
  }
  word = length << 56;
  std::uint64_t tail = 0;
  if (!text.empty()) std::memcpy(&tail, text.data(), text.size());
  state.take(word | tail);
  state.v2 ^= 0xff;
  for (int i = 0; i < 3; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace policy
