// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit_tool/verify.h"

#include <fmt/format.h>

#include <charconv>
#include <expected>
#include <optional>
#include <ostream>
#include <utility>

#include "gateway/audit_tool/files.h"
#include "gateway/audit_tool/line_file.h"
#include "gateway/audit_tool/verifier.h"

namespace gateway::audit_tool {
namespace {

constexpr int kGood = 0, kBad = 1, kUnusable = 2;

using Result = std::expected<void, std::string>;

std::expected<std::optional<audit::ChainHead>, std::string> parse_head(const std::string& text) {
  if (text.empty()) return std::nullopt;
  audit::ChainHead head;
  const std::size_t last = text.rfind(':');
  head.mac = last == text.npos ? text : text.substr(last + 1);
  if (!audit::parse_mac(head.mac)) {
    return std::unexpected("--head must be CHAIN:SEQ:MAC as the log has it, or the mac alone");
  }
  if (last == text.npos) return head;
  const std::size_t first = text.find(':');
  head.chain_id = text.substr(0, first);
  if (first < last) {
    std::from_chars(text.data() + first + 1, text.data() + last, head.sequence);
  }
  return head;
}

Result read_file(Verifier& verifier, const std::string& path) {
  auto file = LineFile::open(path);
  if (!file) return std::unexpected(file.error());
  verifier.begin_file(path);
  while (const auto line = file->next()) {
    verifier.on_line(*line);
    if (verifier.broken() || verifier.needs_key()) return {};
  }
  if (file->error() != 0) {
    return std::unexpected(audit::describe("cannot read", path, file->error()));
  }
  if (!file->rest().empty()) verifier.on_line(file->rest());
  return {};
}

Result read_files(Verifier& verifier, const std::vector<std::string>& paths) {
  const auto order = in_written_order(paths);
  if (!order) return std::unexpected(order.error());
  for (const std::string& path : *order) {
    if (auto read = read_file(verifier, path); !read) return read;
    if (verifier.broken() || verifier.needs_key()) break;
  }
  verifier.end();
  if (verifier.needs_key()) {
    return std::unexpected("these files are signed: give the key with --key-file or --config");
  }
  if (!verifier.broken() && verifier.counts().batches == 0) {
    return std::unexpected("there is no chain in these files");
  }
  return {};
}

std::string verified_so_far(const Verifier& verifier) {
  const VerifiedCounts& counts = verifier.counts();
  const auto& last = verifier.last_sealed();
  return fmt::format("{} records in {} batches of {} chains verify{}{}", counts.records,
                     counts.batches, counts.chains, last ? ", up to " : "",
                     last ? describe(*last) : "");
}

int report(const Verifier& verifier, const VerifyOptions& options, std::ostream& out) {
  if (verifier.broken()) {
    const Broken& broken = *verifier.broken();
    out << fmt::format("BAD {}: {}\n{} before it\n", describe(broken.place), broken.reason,
                       verified_so_far(verifier));
    return kBad;
  }
  for (const std::string& note : verifier.notes()) out << "note: " << note << '\n';
  if (options.key.empty()) {
    out << "note: without a key this shows accidents, not forgery\n";
  }
  out << fmt::format("ok: {}\nhead: {}\n", verified_so_far(verifier), verifier.head().text());
  return kGood;
}

}  // namespace

int run_verify(const VerifyOptions& options, std::ostream& out, std::ostream& err) {
  auto mac = audit::Mac::make(options.key);
  auto head = parse_head(options.head);
  const std::string& error = !mac ? mac.error() : head ? std::string() : head.error();
  if (!error.empty()) {
    err << "postern: " << error << '\n';
    return kUnusable;
  }
  Verifier verifier(std::move(*mac), std::move(*head));
  if (const auto read = read_files(verifier, options.files); !read) {
    err << "postern: " << read.error() << '\n';
    return kUnusable;
  }
  return report(verifier, options, out);
}

}  // namespace gateway::audit_tool
