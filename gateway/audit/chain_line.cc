// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/chain_line.h"

#include <charconv>

#include "gateway/audit/json_text.h"
#include "gateway/audit/timestamp.h"

namespace gateway::audit {
namespace {

constexpr std::string_view kHeaderStart = "{\"event_type\":\"chain\",\"timestamp\":\"";
constexpr std::string_view kSealStart = "{\"event_type\":\"batch\",\"chain\":";
static_assert(kHeaderStart.contains(kHeaderEvent) && kSealStart.contains(kSealEvent));
constexpr std::string_view kRecordStart = "{\"timestamp\":\"";
constexpr std::string_view kSealEnd = "\"}";
constexpr std::size_t kMacDigits = 2 * kMacBytes;
constexpr std::size_t kSealTailBytes = kMacDigits + kSealEnd.size();

void append_previous(std::string& out, const std::optional<MacBytes>& previous) {
  out.append(",\"previous\":\"");
  if (previous) out.append(hex(*previous));
}

// Reads a line from its start, in the one way in which it is written.
class Reading {
 public:
  explicit Reading(std::string_view text) : rest_(text) {}

  bool skip(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

  template <typename Number>
  bool number(Number& value) {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }

  // Up to the quote: what stands there is never escaped.
  bool text(std::string& value) {
    const std::size_t quote = rest_.find('"');
    if (quote == rest_.npos) return false;
    value = rest_.substr(0, quote);
    rest_.remove_prefix(quote);
    return true;
  }

  bool previous(std::optional<MacBytes>& value) {
    std::string digits;
    if (!skip(",\"previous\":\"") || !text(digits)) return false;
    value = parse_mac(digits);
    return digits.empty() || value.has_value();
  }

  bool mac(MacBytes& value) {
    const auto parsed = parse_mac(rest_.substr(0, kMacDigits));
    if (!parsed) return false;
    value = *parsed;
    rest_.remove_prefix(kMacDigits);
    return true;
  }

  bool is_done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace

void append_header(std::string& out, const ChainHeader& header) {
  TimestampFormat timestamp;
  out.append(kHeaderStart);
  timestamp.append(out, header.time);
  out.append("\",\"chain\":");
  append_number(out, std::uint64_t{header.chain});
  out.append(",\"chain_id\":\"").append(header.chain_id);
  out.append("\",\"segment\":");
  append_number(out, header.segment);
  out.append(",\"version\":\"").append(header.version);
  out.append("\",\"key_id\":\"").append(header.key_id).push_back('"');
  append_previous(out, header.previous);
  out.append("\"}\n");
}

void append_seal_start(std::string& out, const Seal& seal) {
  out.append(kSealStart);
  append_number(out, std::uint64_t{seal.chain});
  out.append(",\"first_seq\":");
  append_number(out, seal.first_sequence);
  out.append(",\"last_seq\":");
  append_number(out, seal.last_sequence);
  out.append(",\"records\":");
  append_number(out, seal.record_count);
  append_previous(out, seal.previous);
  out.append("\",\"mac\":\"");
}

void append_seal_end(std::string& out, const MacBytes& mac) {
  out.append(hex(mac)).append(kSealEnd).push_back('\n');
}

std::optional<ChainHeader> parse_header(std::string_view line) {
  Reading in(line);
  ChainHeader header;
  std::string timestamp;
  const bool is_whole =
      in.skip(kHeaderStart) && in.text(timestamp) && in.skip("\",\"chain\":") &&
      in.number(header.chain) && in.skip(",\"chain_id\":\"") && in.text(header.chain_id) &&
      in.skip("\",\"segment\":") && in.number(header.segment) && in.skip(",\"version\":\"") &&
      in.text(header.version) && in.skip("\",\"key_id\":\"") && in.text(header.key_id) &&
      in.skip("\"") && in.previous(header.previous) && in.skip("\"}") && in.is_done();
  if (!is_whole) return std::nullopt;
  return header;
}

std::optional<Seal> parse_seal(std::string_view line) {
  Reading in(line);
  Seal seal;
  const bool is_whole = in.skip(kSealStart) && in.number(seal.chain) &&
                        in.skip(",\"first_seq\":") && in.number(seal.first_sequence) &&
                        in.skip(",\"last_seq\":") && in.number(seal.last_sequence) &&
                        in.skip(",\"records\":") && in.number(seal.record_count) &&
                        in.previous(seal.previous) && in.skip("\",\"mac\":\"") &&
                        in.mac(seal.mac) && in.skip(kSealEnd) && in.is_done();
  if (!is_whole) return std::nullopt;
  return seal;
}

std::string_view signed_part(std::string_view seal_line) {
  return seal_line.substr(0, seal_line.size() - kSealTailBytes);
}

std::optional<std::uint64_t> sequence_of(std::string_view line) {
  Reading in(line);
  std::string timestamp;
  std::uint64_t sequence = 0;
  if (!in.skip(kRecordStart) || !in.text(timestamp)) return std::nullopt;
  if (!in.skip("\",\"seq\":") || !in.number(sequence)) return std::nullopt;
  if (in.is_done()) return std::nullopt;  // torn here, it may lack digits
  return sequence;
}

}  // namespace gateway::audit
