// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <ostream>

#include "gateway/audit_tool/files.h"
#include "gateway/audit_tool/line_file.h"
#include "gateway/audit_tool/read.h"

namespace gateway::audit_tool {
namespace {

constexpr int kGood = 0, kUnusable = 2;

std::expected<void, std::string> check(const SearchOptions& options) {
  for (const auto& [name, time] :
       {std::pair{"--since", &options.filter.since}, std::pair{"--until", &options.filter.until}}) {
    if (time->empty()) continue;
    if (const auto checked = check_time(*time); !checked) {
      return std::unexpected(fmt::format("{} {}, is '{}'", name, checked.error(), *time));
    }
  }
  return {};
}

std::expected<void, std::string> search_file(Search& search, const std::string& path,
                                             std::ostream& out, std::ostream& err) {
  auto file = LineFile::open(path);
  if (!file) return std::unexpected(file.error());
  for (std::uint64_t number = 1; const auto line = file->next(); ++number) {
    if (line->empty()) continue;
    switch (search.match(*line)) {
      case Match::No: break;
      case Match::Yes: out << *line << '\n'; break;
      case Match::NotARecord: err << fmt::format("{}:{}: not a record\n", path, number); break;
    }
  }
  if (file->error() == 0) return {};
  return std::unexpected(audit::describe("cannot read", path, file->error()));
}

std::expected<void, std::string> search_all(const SearchOptions& options, std::ostream& out,
                                            std::ostream& err) {
  if (auto checked = check(options); !checked) return checked;
  const auto order = in_written_order(options.files);
  if (!order) return std::unexpected(order.error());
  Search search(options.filter);
  for (const std::string& path : *order) {
    if (auto searched = search_file(search, path, out, err); !searched) return searched;
  }
  return {};
}

}  // namespace

int run_search(const SearchOptions& options, std::ostream& out, std::ostream& err) {
  const auto searched = search_all(options, out, err);
  out << std::flush;
  if (searched) return kGood;
  err << "postern: " << searched.error() << '\n';
  return kUnusable;
}

}  // namespace gateway::audit_tool
