// SPDX-License-Identifier: Apache-2.0
// One non-blocking read or write on a socket, plain or under a TLS session, with one kind of
// answer. Knows no loop; keeps no bytes but what a TLS session has written and the socket not
// taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

struct bio_st;
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
  Transport(int fd, ssl_st* tls);  // null, or established
  // From now on. Borrowed, over open_tls_socket(); its handshake is still to come: it is part of
  // the first reads.
  void use_tls(ssl_st* tls);

  // Begins a turn of reads: TLS ends it after some records, though more may have come.
  void begin_turn();
  bool was_turn_cut() const;  // there may be more, whatever a poll says
  IoResult read(std::span<char> into);
  // With TLS, what was offered once and not taken must be offered again, with more behind it at
  // most.
  IoResult write(std::string_view bytes);
  IoResult write_pieces(std::span<const std::string_view> pieces);  // without TLS only
  // WantWrite: a read or a write has left bytes for the socket behind, which flush() sends.
  IoResult flush();
  bool uses_tls() const { return tls_ != nullptr; }
  bool is_shaking_hands();   // nothing can be written yet
  bool holds_bytes() const;  // inside the TLS session, where no poll sees them
  bool has_pending_input() const;
  void shut_down_writing();

 private:
  IoResult tls_result(int returned);
  std::string tls_error();

  int fd_;
  ssl_st* tls_;
  bio_st* kept_ = nullptr;  // of a session of our own: what flush() sends
  bool is_established_ = true;
};

}  // namespace gateway::net
