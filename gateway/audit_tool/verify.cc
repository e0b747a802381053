// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit_tool/verify.h"

#include <fmt/format.h>

#include <charconv>
#include <expected>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "gateway/audit_tool/files.h"
#include "gateway/audit_tool/line_file.h"
#include "gateway/audit_tool/verifier.h"

namespace gateway::audit_tool {
namespace {

constexpr int kGood = 0, kBad = 1, kUnusable = 2;
constexpr int kAttemptsMax = 10;

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

std::expected<Verifier, std::string> verify_files(const VerifyOptions& options,
                                                  const std::vector<std::string>& files) {
  auto mac = audit::Mac::make(options.key);
  if (!mac) return std::unexpected(mac.error());
  auto head = parse_head(options.head);
  if (!head) return std::unexpected(head.error());
  Verifier verifier(std::move(*mac), std::move(*head));
  if (const auto read = read_files(verifier, files); !read) return std::unexpected(read.error());
  return verifier;
}

std::vector<std::optional<FileIdentity>> identities_of(const std::vector<std::string>& files) {
  std::vector<std::optional<FileIdentity>> identities;
  identities.reserve(files.size());
  for (const std::string& file : files) identities.push_back(identity_of(file));
  return identities;
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
  std::string error;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const auto files = options.newest.empty() ? options.files : rotated_files(options.newest);
    const auto identities = identities_of(files);
    auto verified = verify_files(options, files);
    const bool is_good = verified && !verified->broken();
    // A file that was renamed meanwhile was read twice, or not at all.
    if (!is_good && identities_of(files) != identities) {
      error = "the files were rotated each time while they were read: try again";
      continue;
    }
    if (verified) return report(*verified, options, out);
    error = verified.error();
    break;
  }
  err << "postern: " << error << '\n';
  return kUnusable;
}

}  // namespace gateway::audit_tool
