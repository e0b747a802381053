// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/input_buffer.h"

namespace gateway::relay {
namespace {

constexpr std::size_t kCapacityKept = 64 * 1024;

}  // namespace

void InputBuffer::drop_front(std::size_t count) {
  kept_.erase(0, count);
  if (kept_.empty() && kept_.capacity() > kCapacityKept) kept_.shrink_to_fit();
}

}  // namespace gateway::relay
