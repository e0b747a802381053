// SPDX-License-Identifier: Apache-2.0
// A connected socket on the loop: plain or under somebody else's TLS session. Knows no protocol.
// Client sockets (accepted by a Listener) are owned; a server socket is borrowed from libpq, which
// closes it. The write queue is bounded by its users: they stop reading the other side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;

namespace gateway::net {

class Loop;
class TlsSession;

enum class StreamEnd : std::uint8_t {
  Eof,    // the peer closed in order
  Error,  // a read or write failed; error() says why
};

// Callbacks may destroy the stream only by asking its owner to do so in the check phase.
class StreamEvents {
 public:
  virtual ~StreamEvents() = default;
  virtual void on_read(std::string_view bytes) noexcept = 0;  // Borrowed: until it returns
  virtual void
  on_writable() noexcept = 0;  // the write queue became empty after having been non-empty
  // The peer has sent its last byte, and may still read. True: go on writing; finish() ends the
  // stream then. False: on_end(Eof) follows.
  virtual bool on_input_end() noexcept { return false; }
  virtual void on_end(StreamEnd end) noexcept = 0;  // once; nothing is called after it
};

class Stream {
 public:
  enum class Ownership : std::uint8_t { Owned, Borrowed };

  // `fd` is non-blocking and connected. `tls` is null or an established session over `fd`, borrowed
  // until this object is destroyed. Starts paused: call resume().
  Stream(Loop& loop, int fd, Ownership ownership, ssl_st* tls = nullptr);
  ~Stream();  // stops polling first; closes the socket when owned
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void set_events(StreamEvents* events);  // null: bytes and ends are kept back (reading is paused)
  void resume();  // read; with TLS, drains what the TLS session already holds
  void pause();
  bool reading() const;

  // Sends at once what the socket takes; the rest is copied and sent when it becomes writable.
  // After an end it is a no-op. Errors are told through on_end, never from inside this call.
  void write(std::span<const std::string_view> pieces);
  void write(std::string_view bytes);
  // Appends to the queue, held back until flush(): not one of these bytes may leave before it, not
  // even when the socket becomes writable meanwhile (they wait for the audit). write() behind held
  // bytes is held too: order is kept.
  void queue(std::span<const std::string_view> pieces);
  void flush();  // may call on_writable before it returns; nothing else is called from inside
  std::size_t queued_bytes() const;

  // Sends what is queued, then shuts the writing side down and calls on_end(Eof). No more reads.
  void finish();

  // True when the peer has sent bytes that nobody read, or has closed: such a server is not reused.
  bool has_pending_input() const;
  // What comes and goes from now on is inside `session`, whose handshake the next reads do: the
  // first bytes that on_read gives show that it is done; until then nothing can be written, and an
  // error says why it failed. `already_read` was read off the socket before its time. May be called
  // from on_read.
  void start_tls(std::unique_ptr<TlsSession> session, std::string_view already_read);
  const TlsSession* tls() const;  // null before start_tls
  bool ended() const;
  const std::string& error() const;  // text of the failed call; empty without one

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gateway::net
