// SPDX-License-Identifier: Apache-2.0
// Signs batches of lines so that each seal also vouches for all before it. A seal's mac is
// HMAC(key, mac of the seal before || every line since that seal || this line up to its mac).
// Knows lines that are in the file and lines that are not; knows no file.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/audit/chain_line.h"
#include "gateway/audit/mac.h"

namespace gateway::audit {

// What an earlier process left at the end of the file: what its last seal was, and the lines behind
// it that no seal covers (each with its newline, no empty ones). The next seal covers them.
struct ChainTail {
  std::optional<MacBytes> mac;
  std::string unsealed;
};

// Written down elsewhere, it shows whether the file still holds all up to here.
struct ChainHead {
  std::string chain_id;
  std::uint64_t sequence = 0;
  std::string mac;  // empty: nothing is sealed yet

  std::string text() const { return chain_id + ':' + std::to_string(sequence) + ':' + mac; }
};

struct SequenceRange {
  std::uint64_t first = 0, last = 0, count = 0;
};

class Chain {
 public:
  // `chain_id` is 32 hexadecimal digits that no other chain has.
  Chain(Mac mac, std::string chain_id, std::string version, ChainTail tail);

  // The line that begins this chain, or this file of it. Without a seal before it, nothing before
  // it is of this chain.
  std::string header(std::chrono::microseconds now);

  // Appends the line that seals `lines`. False: they cannot be signed, and nothing was appended.
  bool seal(std::string& lines, const SequenceRange& range);
  void on_sealed();          // that line, and all before it, is in the file
  void on_header_written();  // so is the header
  // Writing failed: only this much is in the file, and its last line may be torn.
  void on_torn(std::string_view in_file);

  ChainHead head() const;

 private:
  Mac mac_;
  std::string chain_id_, version_, key_id_;
  std::uint64_t segment_ = 1;
  std::optional<MacBytes> previous_;
  std::string unsealed_;  // lines that are in the file behind the last seal
  MacBytes next_{};       // the mac of the seal that is not in the file yet
  std::uint64_t next_sequence_ = 0, sequence_ = 0;
  bool has_sealed_ = false;
};

}  // namespace gateway::audit
