// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/chain.h"

#include <utility>

namespace gateway::audit {

Chain::Chain(Mac mac, std::string chain_id, std::string version, ChainTail tail)
    : mac_(std::move(mac)),
      chain_id_(std::move(chain_id)),
      version_(std::move(version)),
      key_id_(mac_.key_id()),
      previous_(tail.mac),
      unsealed_(std::move(tail.unsealed)) {}

std::string Chain::header(std::chrono::microseconds now) {
  if (!previous_) unsealed_.clear();
  std::string line;
  append_header(line, {.time = now,
                       .chain_id = chain_id_,
                       .segment = segment_,
                       .version = version_,
                       .key_id = key_id_,
                       .previous = previous_});
  return line;
}

bool Chain::seal(std::string& lines, const SequenceRange& range) {
  const std::size_t start = lines.size();
  append_seal_start(lines, {.first_sequence = range.first,
                            .last_sequence = range.last,
                            .record_count = range.count,
                            .previous = previous_});
  mac_.begin();
  mac_.add(view(previous_.value_or(MacBytes{})));
  mac_.add(unsealed_);
  mac_.add(lines);
  const auto mac = mac_.end();
  if (!mac) {
    lines.resize(start);
    return false;
  }
  append_seal_end(lines, *mac);
  next_ = *mac;
  next_sequence_ = range.last;
  return true;
}

void Chain::on_sealed() {
  previous_ = next_;
  sequence_ = next_sequence_;
  has_sealed_ = true;
  unsealed_.clear();
}

void Chain::on_header_written() { ++segment_; }

void Chain::on_torn(std::string_view in_file) {
  unsealed_.append(in_file);
  if (!unsealed_.empty() && unsealed_.back() != '\n') unsealed_.push_back('\n');
}

ChainHead Chain::head() const {
  return {.chain_id = chain_id_,
          .sequence = sequence_,
          .mac = has_sealed_ ? hex(*previous_) : std::string()};
}

}  // namespace gateway::audit
