// SPDX-License-Identifier: Apache-2.0
#include "gateway/suggest/audit_files.h"

#include <cstddef>
#include <fstream>
#include <ostream>

namespace gateway::suggest {
namespace {

constexpr std::size_t kToldMax = 10;  // bad lines, of all files

class Reader {
 public:
  explicit Reader(std::ostream& err) : err_(err) {}

  std::expected<void, std::string> read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::unexpected(path + " cannot be opened");
    std::string line;
    for (std::size_t number = 1; std::getline(file, line); ++number) {
      if (line.empty()) continue;
      const auto record = read_record(line);
      if (!record) {
        tell(path + ':' + std::to_string(number) + ": " + record.error());
      } else if (*record) {
        usages_[{(*record)->database, (*record)->user}].add(**record);
      }
    }
    if (file.bad()) return std::unexpected(path + " cannot be read");
    return {};
  }

  Usages finish() {
    if (bad_count_ > kToldMax) {
      err_ << "postern suggest: and " << bad_count_ - kToldMax << " more such lines\n";
    }
    return std::move(usages_);
  }

 private:
  void tell(const std::string& what) {
    if (++bad_count_ <= kToldMax) err_ << "postern suggest: passed over " << what << '\n';
  }

  std::ostream& err_;
  std::size_t bad_count_ = 0;
  Usages usages_;
};

}  // namespace

std::expected<Usages, std::string> read_files(const std::vector<std::string>& paths,
                                              std::ostream& err) {
  Reader reader(err);
  for (const auto& path : paths) {
    if (auto read = reader.read(path); !read) return std::unexpected(read.error());
  }
  return reader.finish();
}

}  // namespace gateway::suggest
