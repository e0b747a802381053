// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/stream.h"

#include <unistd.h>

#include <utility>

#include "gateway/net/deferred.h"
#include "gateway/net/loop.h"
#include "gateway/net/poll.h"
#include "gateway/net/socket.h"
#include "gateway/net/tls_session.h"
#include "gateway/net/transport.h"
#include "gateway/net/write_queue.h"

namespace gateway::net {
namespace {

constexpr int kWritesPerEvent = 16;  // other streams get their turn while a large queue drains
// What is read and dropped before a close, so that the peer gets our last words and not a reset;
// and what is still delivered after a failed write, so that its last words (FATAL: …) are heard.
constexpr int kReadsBeforeEnd = 16;

// Open -> Finishing (finish) -> Ending; Open -> Failing (a write failed) -> Ending; Open -> Ending
// (a read ended); Ending -> Ended once on_end could be called.
enum class Phase : std::uint8_t { Open, Finishing, Failing, Ending, Ended };

}  // namespace

struct Stream::State {
  // On the stack of each function that calls out and goes on: the callee may destroy the stream.
  struct Guard {
    State* state;
    Guard* outer;
    bool gone = false;
    explicit Guard(State* guarded) : state(guarded), outer(guarded->guard) {
      guarded->guard = this;
    }
    ~Guard() {
      if (!gone) state->guard = outer;
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
  };

  Loop& loop;
  int fd;
  Ownership ownership;
  std::unique_ptr<TlsSession> own_tls;  // null: plain, or borrowed
  Transport transport;
  StreamEvents* events = nullptr;
  WriteQueue out;
  std::size_t held_bytes = 0;  // the tail of `out` that waits for flush()
  std::string error;
  Phase phase = Phase::Open;
  StreamEnd end = StreamEnd::Eof;
  bool reading = false;
  bool input_ended = false;
  Interest read_needs =
      Interest::Read;  // TLS may have to write before it can read, and the reverse
  Interest write_needs = Interest::None;  // not None: the socket took no more
  Guard* guard = nullptr;
  Deferred deferred;
  std::unique_ptr<Poll> poll;

  State(Loop& on, int socket, Ownership kind, ssl_st* tls)
      : loop(on), fd(socket), ownership(kind), transport(socket, tls), deferred(on) {
    if (kind == Ownership::Borrowed) tune_connection(socket);  // accepted ones inherit it
    poll = std::make_unique<Poll>(on, socket, [this](Interest ready) { on_ready(ready); });
  }

  ~State() {
    for (Guard* each = guard; each != nullptr; each = each->outer) each->gone = true;
    poll.reset();
    if (ownership == Ownership::Owned) ::close(fd);
  }

  State(const State&) = delete;
  State& operator=(const State&) = delete;

  bool wants_input() const {
    return reading && !input_ended && events != nullptr && phase == Phase::Open;
  }

  void update_poll() {
    Interest wanted = write_needs;
    if (wants_input()) wanted = wanted | read_needs;
    poll->watch(wanted);
  }

  void start_input() {
    if (!wants_input()) return;
    update_poll();
    if (transport.holds_bytes()) defer();
  }

  void defer() {
    deferred.arm([this] { on_deferred(); });
  }

  void on_ready(Interest ready) noexcept {
    Guard here(this);
    if (includes(ready, write_needs)) send_and_tell();
    if (here.gone) return;
    if (wants_input() && includes(ready, read_needs)) receive(here);
    if (here.gone) return;
    update_poll();
  }

  void on_deferred() noexcept {
    Guard here(this);
    if (phase == Phase::Failing) {
      hear_last_words(here);
      if (here.gone) return;
      set_end(StreamEnd::Error);
    } else if (wants_input()) {
      receive(here);
      if (!here.gone) update_poll();
      return;
    }
    if (phase != Phase::Ending || events == nullptr) return;
    phase = Phase::Ended;
    events->on_end(end);
  }

  void hear_last_words(Guard& here) {
    transport.begin_turn();
    for (int i = 0; i < kReadsBeforeEnd && reading && events != nullptr; ++i) {
      const IoResult result = transport.read(loop.read_buffer());
      if (result.status != IoStatus::Done) return;
      events->on_read({loop.read_buffer().data(), result.bytes});
      if (here.gone) return;
    }
  }

  // Plain: one call, as the poll fires again. TLS: until it is empty or the buffer is full, as
  // bytes inside the TLS session fire no poll.
  void receive(Guard& here) {
    const auto buffer = loop.read_buffer();
    transport.begin_turn();
    IoResult result = transport.read(buffer);
    std::size_t length = result.bytes;
    while (transport.uses_tls() && result.status == IoStatus::Done && length < buffer.size()) {
      result = transport.read(buffer.subspan(length));
      length += result.bytes;
    }
    read_needs = result.status == IoStatus::WantWrite ? Interest::Write : Interest::Read;
    if (transport.uses_tls() && write_needs == Interest::None) send();  // answers of TLS itself
    if (own_tls && own_tls->does_nothing_but_rekey(length)) {
      result = {.status = IoStatus::Error, .error = "TLS error: too many key updates"};
    }
    if (length > 0) events->on_read({buffer.data(), length});
    if (here.gone) return;
    after_receive(std::move(result), here);
  }

  void after_receive(IoResult result, const Guard& here) {
    if (phase != Phase::Open) return;
    if (result.status == IoStatus::Eof) {
      input_ended = true;
      if (!events->on_input_end() && !here.gone && phase == Phase::Open) set_end(StreamEnd::Eof);
    } else if (result.status == IoStatus::Error) {
      error = std::move(result.error);
      set_end(StreamEnd::Error);
    } else if (wants_input() && has_more(result.status)) {
      defer();
    }
  }

  // No poll tells. What stops short of a whole record waits for one.
  bool has_more(IoStatus status) const {
    return transport.was_turn_cut() || (status == IoStatus::Done && transport.holds_bytes());
  }

  void set_end(StreamEnd kind) {
    phase = Phase::Ending;
    end = kind;
    stop_writing();
    defer();
  }

  void stop_writing() {
    out.clear();
    held_bytes = 0;
    write_needs = Interest::None;
    update_poll();
  }

  void fail_writing(std::string why) {
    phase = Phase::Failing;
    error = std::move(why);
    stop_writing();
    defer();
  }

  std::string_view sendable() const { return out.front().substr(0, out.size() - held_bytes); }

  void send() {
    for (int i = 0; i < kWritesPerEvent && !sendable().empty(); ++i) {
      IoResult result = transport.write(sendable());
      if (result.status == IoStatus::Done) {
        out.consume(result.bytes);
      } else if (result.status == IoStatus::WantRead || result.status == IoStatus::WantWrite) {
        return block_on(result.status);
      } else {
        return fail_writing(result.error.empty() ? "connection closed" : std::move(result.error));
      }
    }
    if (!sendable().empty()) return block_on(IoStatus::WantWrite);
    IoResult flushed = transport.flush();
    if (flushed.status == IoStatus::Error) return fail_writing(std::move(flushed.error));
    if (flushed.status != IoStatus::Done) return block_on(flushed.status);
    if (write_needs != Interest::None) {
      write_needs = Interest::None;
      update_poll();
    }
    if (phase == Phase::Finishing) complete_finish();
  }

  void block_on(IoStatus status) {
    write_needs = status == IoStatus::WantRead ? Interest::Read : Interest::Write;
    update_poll();
  }

  void send_and_tell() {
    const bool had_bytes = !out.empty();
    send();
    if (had_bytes && out.empty() && phase == Phase::Open && events != nullptr) {
      events->on_writable();
    }
  }

  void complete_finish() {
    transport.shut_down_writing();
    transport.begin_turn();
    for (int i = 0; i < kReadsBeforeEnd; ++i) {
      if (transport.read(loop.read_buffer()).status != IoStatus::Done) break;
    }
    set_end(StreamEnd::Eof);
  }

  void append(std::span<const std::string_view> pieces) {
    for (const std::string_view piece : pieces) out.append(piece);
  }

  void hold(std::span<const std::string_view> pieces) {
    const std::size_t before = out.size();
    append(pieces);
    held_bytes += out.size() - before;
  }

  void release_held() {
    held_bytes = 0;
    if (write_needs == Interest::None) send_and_tell();
  }

  // Straight from the caller's memory; only what the socket does not take is copied.
  void send_pieces(std::span<const std::string_view> pieces) {
    while (!pieces.empty()) {
      IoResult result = transport.write_pieces(pieces);
      if (result.status == IoStatus::Error) return fail_writing(std::move(result.error));
      std::size_t taken = result.bytes;
      while (!pieces.empty() && taken >= pieces.front().size()) {
        taken -= pieces.front().size();
        pieces = pieces.subspan(1);
      }
      if (taken > 0 || result.status == IoStatus::WantWrite) return keep_rest(pieces, taken);
    }
  }

  void keep_rest(std::span<const std::string_view> pieces, std::size_t taken) {
    if (pieces.empty()) return;
    out.append(pieces.front().substr(taken));
    append(pieces.subspan(1));
    if (!out.empty()) block_on(IoStatus::WantWrite);
  }
};

Stream::Stream(Loop& loop, int fd, Ownership ownership, ssl_st* tls)
    : state_(std::make_unique<State>(loop, fd, ownership, tls)) {}

Stream::~Stream() = default;

void Stream::set_events(StreamEvents* events) {
  state_->events = events;
  if (events == nullptr) return pause();
  if (state_->phase == Phase::Ending) return state_->defer();
  state_->start_input();
}

void Stream::resume() {
  if (!std::exchange(state_->reading, true)) state_->start_input();
}

// The poll stays armed until it fires: pausing and resuming within one iteration costs nothing.
void Stream::pause() { state_->reading = false; }

bool Stream::reading() const { return state_->reading; }

void Stream::write(std::span<const std::string_view> pieces) {
  if (state_->phase != Phase::Open || state_->transport.is_shaking_hands()) return;
  if (state_->held_bytes > 0) return state_->hold(pieces);
  if (!state_->out.empty()) return state_->append(pieces);
  if (!state_->transport.uses_tls()) return state_->send_pieces(pieces);
  state_->append(pieces);
  state_->send();
}

void Stream::write(std::string_view bytes) { write(std::span(&bytes, 1)); }

void Stream::queue(std::span<const std::string_view> pieces) {
  if (state_->phase == Phase::Open && !state_->transport.is_shaking_hands()) state_->hold(pieces);
}

void Stream::flush() {
  if (state_->phase == Phase::Open) state_->release_held();
}

std::size_t Stream::queued_bytes() const { return state_->out.size(); }

void Stream::finish() {
  if (state_->phase != Phase::Open) return;
  state_->phase = Phase::Finishing;
  state_->release_held();
}

bool Stream::has_pending_input() const {
  return state_->phase != Phase::Open || state_->transport.has_pending_input();
}

void Stream::start_tls(std::unique_ptr<TlsSession> session, std::string_view already_read) {
  State& state = *state_;
  if (state.phase != Phase::Open) return;
  const bool is_ready = state.out.empty() && session != nullptr;
  if (!is_ready || !session->attach(state.fd, already_read)) {
    state.error = "TLS could not be started";
    return state.set_end(StreamEnd::Error);
  }
  state.own_tls = std::move(session);
  state.transport.use_tls(state.own_tls->raw());
  if (!already_read.empty() && state.wants_input()) state.defer();
}

const TlsSession* Stream::tls() const { return state_->own_tls.get(); }

bool Stream::ended() const {
  return state_->phase == Phase::Failing || state_->phase == Phase::Ending ||
         state_->phase == Phase::Ended;
}

const std::string& Stream::error() const { return state_->error; }

}  // namespace gateway::net
