// SPDX-License-Identifier: Apache-2.0
// One connection to a PostgreSQL server: libpq made and authenticated it, the verification query
// passed, and libpq has handed socket and TLS session over. From then on only pgwire bytes are
// written to it; nothing calls libpq query functions on it. Closing it is PQfinish, after its
// stream.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "gateway/net/stream.h"

namespace gateway::upstream {

// Reported settings by name, as ParameterStatus gives them.
using Parameters = std::map<std::string, std::string, std::less<>>;

class Server {
 public:
  virtual ~Server() = default;
  net::Stream& stream() { return *stream_; }
  std::int32_t process_id() const { return process_id_; }
  std::uint64_t id() const { return id_; }  // unique in this process, never reused
  int version_major() const { return version_major_; }
  // As they were when it was connected or last reset.
  const Parameters& parameters() const { return parameters_; }
  // It was idle since. A server looks whether its configuration was reloaded when it gets a
  // statement, and not before: what it reports may be others then.
  bool has_waited() const { return has_waited_; }

 protected:
  std::unique_ptr<net::Stream> stream_;
  std::int32_t process_id_ = 0;
  std::uint64_t id_ = 0;
  int version_major_ = 0;
  Parameters parameters_;
  bool has_waited_ = false;
};

}  // namespace gateway::upstream
