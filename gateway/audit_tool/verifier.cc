// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit_tool/verifier.h"

#include <fmt/format.h>

#include <utility>

namespace gateway::audit_tool {

using audit::ChainHeader;
using audit::MacBytes;
using audit::Seal;

std::string describe(const LinePlace& place) {
  if (!place.sequence) return fmt::format("{}:{}", place.file, place.line);
  return fmt::format("{}:{} (seq {})", place.file, place.line, *place.sequence);
}

Verifier::Verifier(audit::Mac mac, std::optional<audit::ChainHead> head)
    : mac_(std::move(mac)), key_id_(mac_.key_id()), wanted_(std::move(head)) {
  restart_hash();
}

void Verifier::restart_hash() {
  mac_.begin();
  mac_.add(audit::view(previous_.value_or(MacBytes{})));
}

void Verifier::begin_file(std::string name) {
  file_ = std::move(name);
  line_ = 0;
}

LinePlace Verifier::here(std::optional<std::uint64_t> sequence) const {
  return {.file = file_, .line = line_, .sequence = sequence};
}

LinePlace Verifier::first_unsealed() const { return pending_.first ? *pending_.first : here(); }

void Verifier::break_at(LinePlace place, std::string reason) {
  broken_ = Broken{.place = std::move(place), .reason = std::move(reason)};
}

void Verifier::on_line(std::string_view line) {
  ++line_;
  if (broken_ || needs_key_ || line.empty()) return;
  if (const auto seal = audit::parse_seal(line)) return on_seal(line, *seal);
  if (const auto header = audit::parse_header(line)) return on_header(line, *header);
  on_other(line);
}

void Verifier::add_pending(std::string_view line, std::optional<std::uint64_t> sequence) {
  mac_.add(line);
  mac_.add("\n");
  ++pending_.lines;
  if (!pending_.first || (!pending_.first->sequence && sequence)) pending_.first = here(sequence);
}

// A record that a full disk tore is written once more, perhaps to be torn again.
bool Verifier::is_given_again(std::string_view line, std::optional<std::uint64_t> sequence) const {
  const std::string_view last = pending_.last_record;
  if (!sequence || sequence != pending_.last_sequence) return false;
  if (line == last) return !line.ends_with('}');  // torn at the same byte
  return line.starts_with(last) || last.starts_with(line);
}

void Verifier::on_other(std::string_view line) {
  const auto sequence = audit::sequence_of(line);
  if (is_given_again(line, sequence)) {
    if (line.size() > pending_.last_record.size()) pending_.last_record = line;
    return add_pending(line, sequence);
  }
  // Of the first file that is left, nobody knows what stood before it.
  if (begins_inside_ && sequence && !pending_.last_sequence) pending_.last_sequence = *sequence - 1;
  const std::uint64_t expected = pending_.last_sequence.value_or(sealed_sequence_) + 1;
  const bool is_next = sequence && *sequence == expected;
  if (!is_next && !pending_.out_of_order) pending_.out_of_order = here(sequence);
  if (sequence) {
    pending_.last_sequence = sequence;
    pending_.last_record = line;
    ++pending_.records;
  }
  add_pending(line, sequence);
}

bool Verifier::has_right_key(const ChainHeader& header) {
  if (!mac_.is_keyed() && !header.key_id.empty()) {
    needs_key_ = true;
    return false;
  }
  if (key_id_ == header.key_id) return true;
  break_at(here(), header.key_id.empty()
                       ? "this chain is hashed but not signed, though a key was given: anyone who "
                         "can write the file could have made it"
                       : fmt::format("this chain is signed with another key: {} instead of {}",
                                     header.key_id, key_id_));
  return false;
}

// Whether the header stands where its chain says.
bool Verifier::follows(const ChainHeader& header) {
  const bool is_same = chain_ && chain_->chain_id == header.chain_id;
  if (is_same && header.segment != chain_->segment + 1) {
    const bool is_later = header.segment > chain_->segment;
    break_at(here(), is_later ? fmt::format("file {} of this chain follows file {}: what stood "
                                            "between is missing",
                                            header.segment, chain_->segment)
                              : "this part of the chain was here before: it was copied or moved");
  } else if (!is_same && chain_ids_.contains(header.chain_id)) {
    break_at(here(), "this part of the chain was here before: it was copied or moved");
  } else if (header.previous && previous_ && *header.previous != *previous_) {
    break_at(here(),
             "what stands before it is not what stood there: batches or a file are missing, moved "
             "or changed");
  } else if (header.previous && !previous_ && pending_.lines > 0) {
    break_at(first_unsealed(),
             "the beginning of this chain is missing: give the files before this one, too");
  }
  return !broken_;
}

void Verifier::begin_unlinked(const ChainHeader& header) {
  if (pending_.lines > 0) {
    notes_.push_back(fmt::format("{} lines from {} on are not vouched for: no seal follows them",
                                 pending_.lines, describe(first_unsealed())));
  }
  if (previous_) {
    notes_.push_back(fmt::format(
        "{}: the chain {} names nothing before it: whether the one before ends where it did is "
        "known only with --head",
        describe(here()), header.chain_id));
  }
  pending_ = {};
  previous_.reset();
}

void Verifier::on_header(std::string_view line, const ChainHeader& header) {
  if (!has_right_key(header) || !follows(header)) return;
  if (!header.previous) {
    begin_unlinked(header);
  } else if (!previous_) {
    notes_.push_back(
        fmt::format("{}: what came before this is not among these files", describe(here())));
    previous_ = header.previous;
  }
  if (pending_.lines == 0) restart_hash();
  if (!chain_ || chain_->chain_id != header.chain_id) {
    ++counts_.chains;
    chain_ids_.insert(header.chain_id);
    sealed_sequence_ = 0;
    begins_inside_ = header.segment > 0;
    pending_.records_before_header += std::exchange(pending_.records, 0);
    pending_.last_sequence.reset();
  }
  chain_ = header;
  add_pending(line, {});
}

std::string Verifier::altered_reason() const {
  if (pending_.out_of_order) {
    return pending_.out_of_order->sequence ? "is not the record that stood here"
                                           : "is not a record that stood here";
  }
  return fmt::format("the batch of {} lines up to {}:{} was changed, or is signed with another key",
                     pending_.lines, file_, line_);
}

void Verifier::on_seal(std::string_view line, const Seal& seal) {
  if (!chain_) {
    return break_at(first_unsealed(),
                    "no chain begins before it: the beginning of the file is missing");
  }
  if (seal.previous != previous_) {
    return break_at(first_unsealed(), "the batch before this one is missing, moved or changed");
  }
  mac_.add(audit::signed_part(line));
  const auto mac = mac_.end();
  if (!mac || *mac != seal.mac) {
    return break_at(pending_.out_of_order ? *pending_.out_of_order : first_unsealed(),
                    altered_reason());
  }
  on_sealed(seal);
}

void Verifier::on_sealed(const Seal& seal) {
  if (pending_.records_before_header > 0) {
    notes_.push_back(fmt::format(
        "{}: a process that was killed left {} records without a seal; the next one sealed them",
        describe(first_unsealed()), pending_.records_before_header));
  }
  if (!std::exchange(begins_inside_, false) && seal.first_sequence > sealed_sequence_ + 1) {
    notes_.push_back(fmt::format("{}: records {} to {} were never written: writing failed",
                                 describe(first_unsealed()), sealed_sequence_ + 1,
                                 seal.first_sequence - 1));
  }
  counts_.records += pending_.records + pending_.records_before_header;
  ++counts_.batches;
  previous_ = seal.mac;
  sealed_sequence_ = seal.last_sequence;
  last_sealed_ = here(seal.last_sequence);
  if (wanted_ && wanted_->mac == audit::hex(seal.mac)) has_seen_wanted_ = true;
  pending_ = {};
  restart_hash();
}

audit::ChainHead Verifier::head() const {
  if (!chain_ || !previous_ || !last_sealed_) return {};
  return {
      .chain_id = chain_->chain_id, .sequence = sealed_sequence_, .mac = audit::hex(*previous_)};
}

void Verifier::end() {
  if (broken_ || needs_key_) return;
  const auto& odd = pending_.out_of_order;
  if (odd && odd->sequence) {
    return break_at(*odd, "is unsigned, and does not follow the record before it");
  }
  if (pending_.lines > 0) {
    notes_.push_back(
        fmt::format("{} records after it are unsigned, from {} on: the process was killed, or is "
                    "writing",
                    pending_.records, describe(first_unsealed())));
  }
  if (!wanted_ || has_seen_wanted_) return;
  const std::string wanted =
      wanted_->chain_id.empty()
          ? wanted_->mac
          : fmt::format("seq {} of chain {}", wanted_->sequence, wanted_->chain_id);
  break_at(last_sealed_ ? *last_sealed_ : here(),
           fmt::format("the head {} is not in these files: they end before it, or it was removed",
                       wanted));
}

}  // namespace gateway::audit_tool
