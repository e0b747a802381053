// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/connection.h"

#include <utility>

namespace gateway::http {

Connection::Connection(net::Loop& loop, int fd, const ConnectionLimits& limits,
                       ConnectionOwner& owner)
    : limits_(limits),
      owner_(owner),
      stream_(loop, fd, net::Stream::Ownership::Owned),
      timer_(loop),
      parser_(limits.request) {
  timing_request_ = true;  // a client that connects has something to say
  timer_.start(limits_.request_timeout, [this] { on_timeout(); });
  stream_.set_events(this);
  stream_.resume();
}

Connection::~Connection() { stream_.set_events(nullptr); }

void Connection::on_read(std::string_view bytes) noexcept {
  if (phase_ != Phase::Open) return;
  serve(bytes);
  arm_timer();
}

void Connection::on_writable() noexcept {
  if (phase_ != Phase::Open) return;
  serve(std::exchange(unread_, {}));
  if (phase_ != Phase::Open) return;
  if (!is_backed_up()) stream_.resume();
  arm_timer();
}

void Connection::on_end(net::StreamEnd) noexcept { close(); }

void Connection::serve(std::string_view bytes) {
  while (phase_ == Phase::Open && !bytes.empty()) {
    if (is_backed_up()) {
      unread_.assign(bytes);
      stream_.pause();
      return;
    }
    const auto taken = parser_.feed(bytes);
    if (!taken) return refuse(status_of(taken.error()));
    bytes.remove_prefix(*taken);
    if (parser_.complete()) answer(parser_.take());
  }
  if (phase_ == Phase::Open && parser_.take_expectation()) {
    stream_.write("HTTP/1.1 100 Continue\r\n\r\n");
  }
}

void Connection::answer(const Request& request) {
  const auto body_use = request.method == "HEAD" ? BodyUse::LengthOnly : BodyUse::Send;
  const auto after = request.keep_alive ? AfterResponse::KeepOpen : AfterResponse::Close;
  send(owner_.respond(request), body_use, after);
  timing_request_ = false;
}

void Connection::send(const Response& response, BodyUse body_use, AfterResponse after) {
  stream_.write(serialize(response, body_use, after));
  if (after == AfterResponse::Close) finish();
}

// The client may still be sending; closing now would reset the connection before it reads the
// answer.
void Connection::refuse(int status) {
  phase_ = Phase::Draining;
  stream_.write(serialize(plain_response(status), BodyUse::Send, AfterResponse::Close));
  timer_.start(limits_.linger_timeout, [this] { on_timeout(); });
}

void Connection::finish() {
  phase_ = Phase::Closing;
  stream_.finish();
  timer_.start(limits_.request_timeout, [this] { on_timeout(); });
}

void Connection::close() {
  if (phase_ == Phase::Closed) return;
  phase_ = Phase::Closed;
  timer_.stop();
  stream_.pause();
  owner_.on_closed();
}

// A deadline, not an idle time: bytes that trickle in do not move it.
void Connection::arm_timer() {
  if (phase_ != Phase::Open) return;
  const bool busy = !parser_.idle() || stream_.queued_bytes() > 0;
  if (busy && timing_request_) return;
  timing_request_ = busy;
  const auto after = busy ? limits_.request_timeout : limits_.idle_timeout;
  timer_.start(after, [this] { on_timeout(); });
}

void Connection::on_timeout() {
  const bool was_open = phase_ == Phase::Open;
  if (was_open && !parser_.idle() && stream_.queued_bytes() == 0) return refuse(408);
  if (phase_ == Phase::Draining && stream_.queued_bytes() == 0) return finish();
  close();
}

}  // namespace gateway::http
