// SPDX-License-Identifier: Apache-2.0
#include "gateway/auth/directory.h"

#include <utility>

namespace gateway::auth {
namespace {

constexpr std::size_t kColumns = 2;  // name, verifier

DirectoryAnswer wrong(std::string why) {
  return DirectoryFailure{DirectoryFailure::Kind::WrongAnswer, std::move(why)};
}

// Never the value: it may be a password.
std::string why_unfit(std::string_view secret) {
  if (secret.starts_with("md5")) {
    return "has an md5 password, which is not supported: set it anew with password_encryption = "
           "'scram-sha-256'";
  }
  return "has a password that is no SCRAM-SHA-256 verifier: set it anew with password_encryption = "
         "'scram-sha-256'";
}

}  // namespace

DirectoryAnswer read_directory(std::string_view user, const std::vector<DirectoryRow>& rows) {
  if (rows.empty()) return NoSuchUser{};
  if (rows.size() > 1) return wrong("the query gave several rows");
  const DirectoryRow& row = rows.front();
  if (row.size() != kColumns) {
    return wrong("the query gave " + std::to_string(row.size()) +
                 " columns; it must give a name and a verifier");
  }
  const auto& name = row[0];
  const auto& secret = row[1];
  if (!name) return NoSuchUser{};
  if (*name != user) return wrong("the query gave another user than the one asked for");
  if (!secret) return NoSuchUser{};
  auto verifier = parse_verifier(*secret);
  if (!verifier) return NoSuchUser{why_unfit(*secret)};
  return FoundUser{*std::move(verifier)};
}

}  // namespace gateway::auth
