// SPDX-License-Identifier: Apache-2.0
// libpq's objects, owned, and what libpq knows but does not tell: the key of a cancel.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/upstream/host_list.h"
#include "gateway/upstream/server.h"
#include "gateway/upstream/startup_options.h"

namespace gateway::upstream {

struct ConnectionCloser {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using Connection = std::unique_ptr<PGconn, ConnectionCloser>;

struct ResultCloser {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ResultCloser>;

// PQconnectStartParams with our defaults (UTF8, no GSS encryption, the pins). Null: out of memory.
Connection start_connection(Settings connection, const Settings& pinned);

// Where it is, or tries to get to now.
Place place_of(const PGconn* connection);

std::string error_text(const PGconn* connection);  // one line, without its final newline

// What the server reported of all that PostgreSQL 14 to 18 report: libpq cannot list them.
Parameters reported_parameters(const PGconn* connection);

// libpq 15 sends cancels by a blocking call only, and keeps the key that one of our own needs to
// itself; but its trace names it. Traces from construction to take() or destruction, into memory.
class KeyTrace {
 public:
  explicit KeyTrace(PGconn* connection);
  ~KeyTrace();
  KeyTrace(const KeyTrace&) = delete;
  KeyTrace& operator=(const KeyTrace&) = delete;

  std::optional<std::int32_t> take();  // nullopt: the server sent none; wipes and ends the trace

 private:
  void end();

  PGconn* connection_;
  char* text_ = nullptr;
  std::size_t length_ = 0;
  std::FILE* file_;
};

std::optional<std::int32_t> find_key(std::string_view trace, std::int32_t process_id);

}  // namespace gateway::upstream
