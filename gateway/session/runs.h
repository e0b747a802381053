// SPDX-License-Identifier: Apache-2.0
// Bytes to be sent, in order: runs borrowed from the input, forwarded without a copy, and runs of
// our own. Adjacent borrowed frames become one run. Reused from call to call: no allocation once
// grown.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gateway::session {

class Runs {
 public:
  // Borrowed: `bytes` must stay until clear().
  void forward(std::string_view bytes) {
    if (bytes.empty()) return;
    bytes_ += bytes.size();
    if (borrowed_end_ != bytes.data()) return add_borrowed(bytes);
    runs_.back().size += bytes.size();
    borrowed_end_ += bytes.size();
  }

  // Lets `write` append to a string of ours.
  template <typename Write>
  void write(Write&& write) {
    const std::size_t before = own_.size();
    write(own_);
    note_own(before);
  }

  bool empty() const { return runs_.empty(); }
  std::size_t bytes() const { return bytes_; }
  void clear();

  // The runs as views; valid until the next change of this object.
  std::span<const std::string_view> pieces();

 private:
  struct Run {
    const char* borrowed;  // null: own_ from `offset`
    std::size_t offset;
    std::size_t size;
  };
  void add_borrowed(std::string_view bytes);
  void note_own(std::size_t before);

  std::vector<Run> runs_;
  std::string own_;
  std::vector<std::string_view> pieces_;
  const char* borrowed_end_ = nullptr;  // of the last run, where it is borrowed
  std::size_t bytes_ = 0;
};

}  // namespace gateway::session
