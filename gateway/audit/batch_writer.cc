// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/batch_writer.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace gateway::audit {
namespace {

// What a header and a seal add to a batch, for the decision whether it still fits into the file.
constexpr std::size_t kChainBytesMax = 1024;

}  // namespace

void Batch::count(std::uint64_t sequence) {
  if (range.count == 0) range.first = sequence;
  range.last = sequence;
  ++range.count;
}

void Batch::append(Batch later) {
  if (lines.empty()) {
    lines.swap(later.lines);
  } else {
    lines.append(later.lines);
  }
  if (later.range.count == 0) return;
  if (range.count == 0) range.first = later.range.first;
  range.last = later.range.last;
  range.count += later.range.count;
}

BatchWriter::BatchWriter(std::unique_ptr<Sink> sink, Chain chain)
    : sink_(std::move(sink)), chain_(std::move(chain)) {}

std::expected<void, std::string> BatchWriter::write(Batch& batch, std::chrono::microseconds now) {
  if (batch.is_empty()) {
    const auto result = sink_->write({}, now);
    if (!result) return std::unexpected(result.error().reason);
    return {};
  }
  const auto place = sink_->make_ready(batch.lines.size() + kChainBytesMax, now);
  if (!place) return std::unexpected(place.error());
  if (*place == Place::New) needs_header_ = true;
  const std::string header = needs_header_ ? chain_.header(now) : std::string();
  batch.lines.insert(0, header);
  const Parts parts{.header_bytes = header.size(), .unsealed_bytes = batch.lines.size()};
  if (!chain_.seal(batch.lines, batch.range)) {
    batch.lines.erase(0, parts.header_bytes);
    return std::unexpected("cannot sign the batch: OpenSSL failed");
  }
  const auto result = sink_->write(batch.lines, now);
  const bool is_taken = result || result.error().taken_bytes == batch.lines.size();
  if (is_taken) {
    on_written(batch);
  } else {
    on_torn(batch, parts, result.error());
  }
  if (!result) return std::unexpected(result.error().reason);
  return {};
}

void BatchWriter::on_written(Batch& batch) {
  if (std::exchange(needs_header_, false)) chain_.on_header_written();
  chain_.on_sealed();
  batch.lines.clear();
  batch.range = {};
}

// The seal is made anew for what is written next. The header stays with the file that has it.
void BatchWriter::on_torn(Batch& batch, const Parts& parts, const WriteFailure& failure) {
  const std::string_view lines = batch.lines;
  chain_.on_torn(lines.substr(0, failure.taken_bytes + failure.torn_bytes));
  if (needs_header_ && failure.taken_bytes >= parts.header_bytes) {
    needs_header_ = false;
    chain_.on_header_written();
  }
  batch.lines.resize(parts.unsealed_bytes);
  const std::size_t taken = std::min(failure.taken_bytes, parts.unsealed_bytes);
  batch.lines.erase(0, std::max(taken, parts.header_bytes));
}

}  // namespace gateway::audit
