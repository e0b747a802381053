// SPDX-License-Identifier: Apache-2.0
// Puts batches of records into a sink, each with its seal, and a header where a file begins. From
// one thread at a time, whichever.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <string>

#include "gateway/audit/chain.h"
#include "gateway/audit/sink.h"

namespace gateway::audit {

// Records that are not in the file, as whole lines. The range counts, after a write that failed in
// the middle, also those that are there without a seal: there may be no lines, and a seal to write.
struct Batch {
  std::string lines;
  SequenceRange range;

  bool is_empty() const { return lines.empty() && range.count == 0; }
  void count(std::uint64_t sequence);
  void append(Batch later);
};

class BatchWriter {
 public:
  BatchWriter(std::unique_ptr<Sink> sink, Chain chain);

  // Leaves in `batch` what is not in the file. With an empty one only what the sink holds back is
  // tried again. The error is the reason.
  std::expected<void, std::string> write(Batch& batch, std::chrono::microseconds now);

  bool has_backlog() const { return sink_->has_backlog(); }
  std::string_view complaint() const { return sink_->complaint(); }
  ChainHead head() const { return chain_.head(); }

 private:
  // Of the bytes that are written: those of the header, and all but the seal's.
  struct Parts {
    std::size_t header_bytes = 0, unsealed_bytes = 0;
  };

  void on_written(Batch& batch);
  void on_torn(Batch& batch, const Parts& parts, const WriteFailure& failure);

  std::unique_ptr<Sink> sink_;
  Chain chain_;
  bool needs_header_ = true;
};

}  // namespace gateway::audit
