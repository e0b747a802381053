// SPDX-License-Identifier: Apache-2.0
// Answers as plain text, for command lines that look at a server. Blocks; knows no catalog.
#pragma once

#include <atomic>
#include <chrono>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/upstream/patient_connection.h"
#include "gateway/upstream/startup_options.h"

namespace gateway::upstream {

// One row; NULL is an empty text.
using PlainRow = std::vector<std::string>;
using PlainRows = std::vector<PlainRow>;

// The pins with the system's schema alone in search_path: what a user made there cannot take the
// place of what a question means.
Settings with_own_search_path(Settings pinned);

class PlainConnection {
 public:
  struct Target {
    Settings connection;  // as PoolSettings has them
    Settings pinned;
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds answer_timeout{20'000};  // of one question
  };

  // The error is one sentence, without passwords.
  static std::expected<PlainConnection, std::string> open(const Target& target);

  // With an error the connection can be asked on, unless a transaction was begun.
  std::expected<PlainRows, PatientConnection::Error> ask(std::string_view sql);

 private:
  PlainConnection(PatientConnection connection, std::chrono::milliseconds answer_timeout)
      : connection_(std::move(connection)), answer_timeout_(answer_timeout) {}

  PatientConnection connection_;
  std::chrono::milliseconds answer_timeout_;
};

}  // namespace gateway::upstream
