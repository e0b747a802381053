// SPDX-License-Identifier: Apache-2.0
// Follows the chain through the lines of audit files and says where it breaks. Fed line by line, in
// the order in which they were written; keeps only the last record. Knows no files but their names.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/audit/chain.h"
#include "gateway/audit/chain_line.h"
#include "gateway/audit/mac.h"

namespace gateway::audit_tool {

struct LinePlace {
  std::string file;
  std::uint64_t line = 0;
  std::optional<std::uint64_t> sequence;  // of the record there
};

// "audit.jsonl:17 (seq 15)"
std::string describe(const LinePlace& place);

struct Broken {
  LinePlace place;  // the first line that is not vouched for
  std::string reason;
};

struct VerifiedCounts {
  std::uint64_t chains = 0, batches = 0, records = 0;
};

class Verifier {
 public:
  // `head`: what must be there, as the log had it. Only its mac is needed.
  Verifier(audit::Mac mac, std::optional<audit::ChainHead> head);

  void begin_file(std::string name);
  // Without its newline. Says nothing more once it is broken.
  void on_line(std::string_view line);
  void end();

  const std::optional<Broken>& broken() const { return broken_; }
  // The files are signed, and no key was given.
  bool needs_key() const { return needs_key_; }
  const VerifiedCounts& counts() const { return counts_; }
  const std::vector<std::string>& notes() const { return notes_; }
  const std::optional<LinePlace>& last_sealed() const { return last_sealed_; }
  audit::ChainHead head() const;  // the last one

 private:
  // Lines since the last seal.
  struct Pending {
    std::uint64_t lines = 0, records = 0, records_before_header = 0;
    std::optional<LinePlace> first;
    std::optional<LinePlace> out_of_order;  // the first record that does not follow the one before
    std::optional<std::uint64_t> last_sequence;
    std::string last_record;
  };

  void on_header(std::string_view line, const audit::ChainHeader& header);
  void on_seal(std::string_view line, const audit::Seal& seal);
  void on_other(std::string_view line);
  bool has_right_key(const audit::ChainHeader& header);
  bool follows(const audit::ChainHeader& header);
  void begin_unlinked(const audit::ChainHeader& header);
  void on_sealed(const audit::Seal& seal);
  bool is_given_again(std::string_view line, std::optional<std::uint64_t> sequence) const;
  void add_pending(std::string_view line, std::optional<std::uint64_t> sequence);
  void restart_hash();
  LinePlace here(std::optional<std::uint64_t> sequence = {}) const;
  LinePlace first_unsealed() const;
  void break_at(LinePlace place, std::string reason);
  std::string altered_reason() const;

  audit::Mac mac_;
  std::string key_id_;
  std::optional<audit::ChainHead> wanted_;
  bool has_seen_wanted_ = false, needs_key_ = false;
  std::string file_;
  std::uint64_t line_ = 0;

  std::optional<audit::ChainHeader> chain_;  // its last header
  std::set<std::string> chain_ids_;
  std::optional<audit::MacBytes> previous_;  // of the last seal
  std::uint64_t sealed_sequence_ = 0;        // in this chain
  bool begins_inside_ = false;               // its first files are not among these
  std::optional<LinePlace> last_sealed_;
  Pending pending_;

  VerifiedCounts counts_;
  std::vector<std::string> notes_;
  std::optional<Broken> broken_;
};

}  // namespace gateway::audit_tool
