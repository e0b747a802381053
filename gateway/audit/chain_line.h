// SPDX-License-Identifier: Apache-2.0
// The two lines that make a chain of the records (docs/audit.md, "The chain"): a header begins each
// chain and each file, a seal ends each batch. Written and read here; knows no key and no file.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/audit/mac.h"

namespace gateway::audit {

// Their event_type.
inline constexpr std::string_view kHeaderEvent = "chain", kSealEvent = "batch";

struct ChainHeader {
  std::chrono::microseconds time{};  // since the Unix epoch; not read back
  unsigned chain = 0;                // of which event loop
  std::string chain_id;              // 32 hexadecimal digits, new at each start
  std::uint64_t segment = 1;         // counts the files of this chain
  std::string version;
  std::string key_id;  // empty: not signed, only hashed
  // The seal that stands before this line, of the same chain or of the one before. Nothing: the
  // chain does not know of one.
  std::optional<MacBytes> previous;
};

struct Seal {
  unsigned chain = 0;
  std::uint64_t first_sequence = 0, last_sequence = 0, record_count = 0;
  std::optional<MacBytes> previous;
  MacBytes mac{};
};

void append_header(std::string& out, const ChainHeader& header);

// All but the mac and what follows it: up to here the line itself is signed.
void append_seal_start(std::string& out, const Seal& seal);
void append_seal_end(std::string& out, const MacBytes& mac);

// Nothing for any other line, and for one that is not exactly as written. Without its newline.
std::optional<ChainHeader> parse_header(std::string_view line);
std::optional<Seal> parse_seal(std::string_view line);

// The part of a seal's line that its mac signs.
std::string_view signed_part(std::string_view seal_line);

// `"seq":` of a record's line; nothing for a line that is none.
std::optional<std::uint64_t> sequence_of(std::string_view line);

}  // namespace gateway::audit
