// SPDX-License-Identifier: Apache-2.0
// One non-blocking read or write on a socket, plain or under a TLS session, with one kind of
// answer. Knows no loop and keeps no bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;

namespace gateway::net {

enum class IoStatus : std::uint8_t {
  Done,       // `bytes` were moved; perhaps fewer than asked
  WantRead,   // try again when readable
  WantWrite,  // try again when writable
  Eof,
  Error,
};

struct IoResult {
  IoStatus status = IoStatus::Done;
  std::size_t bytes = 0;
  std::string error = {};
};

class Transport {
 public:
  Transport(int fd, ssl_st* tls);

  IoResult read(std::span<char> into);
  // With TLS, what was offered once and not taken must be offered again, with more behind it at
  // most.
  IoResult write(std::string_view bytes);
  IoResult write_pieces(std::span<const std::string_view> pieces);  // without TLS only
  bool uses_tls() const { return tls_ != nullptr; }
  bool holds_bytes() const;  // inside the TLS session, where no poll sees them
  bool has_pending_input() const;
  void shut_down_writing();

 private:
  IoResult tls_result(int returned);

  int fd_;
  ssl_st* tls_;
};

}  // namespace gateway::net
