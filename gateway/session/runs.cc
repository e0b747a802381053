// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/runs.h"

namespace gateway::session {
namespace {

constexpr std::size_t kOwnBytesKept = 64 * 1024;

}  // namespace

void Runs::add_borrowed(std::string_view bytes) {
  runs_.push_back({bytes.data(), 0, bytes.size()});
  borrowed_end_ = bytes.data() + bytes.size();
}

void Runs::note_own(std::size_t before) {
  const std::size_t size = own_.size() - before;
  if (size == 0) return;
  bytes_ += size;
  borrowed_end_ = nullptr;
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
  borrowed_end_ = nullptr;
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
