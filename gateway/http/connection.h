// SPDX-License-Identifier: Apache-2.0
// One client of the HTTP server: requests in, responses out, one after the other. Knows no routes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "gateway/http/message.h"
#include "gateway/http/request_parser.h"
#include "gateway/net/loop.h"
#include "gateway/net/stream.h"

namespace gateway::http {

struct ConnectionLimits {
  RequestLimits request{};
  // From a request's first byte to its last, and from its response to the client having taken it:
  // a client that is slow on purpose holds a connection no longer.
  std::chrono::milliseconds request_timeout{10'000};
  std::chrono::milliseconds idle_timeout{60'000};   // between two requests
  std::chrono::milliseconds linger_timeout{2'000};  // after an error, for the rest of its input
  // With so many bytes of responses not taken yet, no further pipelined request is answered.
  std::size_t response_bytes_max = 1024 * 1024;
};

// What the connection asks of its owner.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual Response respond(const Request& request) = 0;
  // Once. Not to be destroyed from inside this call.
  virtual void on_closed() = 0;
};

class Connection final : private net::StreamEvents {
 public:
  Connection(net::Loop& loop, int fd, const ConnectionLimits& limits, ConnectionOwner& owner);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool closed() const { return phase_ == Phase::Closed; }

 private:
  // Open -> Draining (an error was answered; input is dropped until the client closes) -> Closing;
  // Open -> Closing (the last response is being sent) -> Closed; any -> Closed (the client went).
  enum class Phase : std::uint8_t { Open, Draining, Closing, Closed };

  void on_read(std::string_view bytes) noexcept override;
  void on_writable() noexcept override;
  void on_end(net::StreamEnd end) noexcept override;

  void serve(std::string_view bytes);
  void answer(const Request& request);
  void send(const Response& response, BodyUse body_use, AfterResponse after);
  void refuse(int status);
  void finish();
  void close();
  void arm_timer();
  void on_timeout();
  bool is_backed_up() const { return stream_.queued_bytes() > limits_.response_bytes_max; }

  const ConnectionLimits& limits_;
  ConnectionOwner& owner_;
  net::Stream stream_;
  net::Timer timer_;
  RequestParser parser_;
  std::string unread_;  // requests that wait until the responses before them were taken
  Phase phase_ = Phase::Open;
  bool timing_request_ = false;
};

}  // namespace gateway::http
