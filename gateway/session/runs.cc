// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/runs.h"

namespace gateway::session {
namespace {

constexpr std::size_t kOwnBytesKept = 64 * 1024;

}  // namespace

void Runs::forward(std::string_view bytes) {
  if (bytes.empty()) return;
  bytes_ += bytes.size();
  if (!runs_.empty()) {
    Run& last = runs_.back();
    if (last.borrowed != nullptr && last.borrowed + last.size == bytes.data()) {
      last.size += bytes.size();
      return;
    }
  }
  runs_.push_back({bytes.data(), 0, bytes.size()});
}

void Runs::note_own(std::size_t before) {
  const std::size_t size = own_.size() - before;
  if (size == 0) return;
  bytes_ += size;
  if (!runs_.empty() && runs_.back().borrowed == nullptr) {
    runs_.back().size += size;
    return;
  }
  runs_.push_back({nullptr, before, size});
}

void Runs::clear() {
  if (runs_.empty()) return;
  runs_.clear();
  pieces_.clear();
  own_.clear();
  if (own_.capacity() > kOwnBytesKept) own_.shrink_to_fit();
  bytes_ = 0;
}

std::span<const std::string_view> Runs::pieces() {
  pieces_.clear();
  for (const Run& run : runs_) {
    const char* data = run.borrowed != nullptr ? run.borrowed : own_.data() + run.offset;
    pieces_.emplace_back(data, run.size);
  }
  return pieces_;
}

}  // namespace gateway::session
