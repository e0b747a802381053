// SPDX-License-Identifier: Apache-2.0
// Asks a database about a user (`auth_query`), over a connection of its own that nothing of a
// client's reaches but the name. Blocks: for a thread, never on a loop. Knows not what the answer
// means.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "gateway/upstream/patient_connection.h"

namespace gateway::upstream {

struct UserLookupSource {
  Settings connection;  // as PoolSettings has them
  std::string query;    // one statement; $1 is the user
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds answer_timeout{5'000};
  bool operator==(const UserLookupSource&) const = default;
};

// Keeps its connection between look-ups. One thread at a time.
class UserLookup {
 public:
  using Row = std::vector<std::optional<std::string>>;  // nothing: NULL
  struct Failure {
    enum class Kind : std::uint8_t {
      Unreachable,  // no server, or no answer in time
      RefusedName,  // the server cannot hold such a name: nobody has it
      RefusedQuery,
    };
    Kind kind = Kind::Unreachable;
    std::string why;  // one sentence, without passwords
  };

  explicit UserLookup(UserLookupSource source);

  // At most two rows: who gets several has no answer. A connection that was lost since the last
  // look-up is made anew, once. Raising `stopped` makes it fail within 50 ms, except while a host's
  // name is looked up.
  std::expected<std::vector<Row>, Failure> look_up(const std::string& user,
                                                   const std::atomic<bool>& stopped);

 private:
  using Error = PatientConnection::Error;
  std::expected<void, Error> connect(const std::atomic<bool>& stopped);
  std::expected<std::vector<Row>, Error> ask(const std::string& user,
                                             const std::atomic<bool>& stopped);

  UserLookupSource source_;
  Settings pinned_;
  std::optional<PatientConnection> connection_;
};

}  // namespace gateway::upstream
