// SPDX-License-Identifier: Apache-2.0
// One CancelRequest (PostgreSQL documentation 55.2.7) on a connection of its own, not blocking, as
// libpq 15's PQcancel does, and like it in clear text. Knows no pool.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "gateway/net/deferred.h"
#include "gateway/net/loop.h"
#include "gateway/net/poll.h"
#include "gateway/upstream/connected_server.h"

namespace gateway::upstream {

enum class CancelOutcome : std::uint8_t {
  Settled,  // the server has closed the connection, or never got the request: no signal is to come
  InDoubt,  // sent, but the server did not close in time: the signal may still come
};

class CancelExchange final : private net::StreamEvents {
 public:
  using Done = std::move_only_function<void(CancelOutcome)>;

  // `done` is called once, from the loop; it may destroy this object.
  CancelExchange(net::Loop& loop, const CancelTarget& target, Done done);
  ~CancelExchange() override;
  void start(std::chrono::milliseconds deadline);

 private:
  void on_connected();
  void on_read(std::string_view) noexcept override {}
  void on_writable() noexcept override {}
  void on_end(net::StreamEnd) noexcept override;
  void finish(CancelOutcome outcome);

  net::Loop& loop_;
  CancelTarget target_;
  Done done_;
  net::Timer deadline_;
  net::Deferred later_;
  int fd_ = -1;  // until the stream owns it
  std::unique_ptr<net::Poll> poll_;
  std::unique_ptr<net::Stream> stream_;
};

}  // namespace gateway::upstream
