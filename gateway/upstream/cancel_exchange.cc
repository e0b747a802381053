// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/cancel_exchange.h"

#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "gateway/pgwire/writer.h"

namespace gateway::upstream {
namespace {

constexpr std::int32_t kCancelRequestBytes = 16;
constexpr std::int32_t kCancelRequestCode = (1234 << 16) | 5678;

std::string cancel_request(const CancelTarget& target) {
  std::string packet;
  pgwire::Writer(packet)
      .int32(kCancelRequestBytes)
      .int32(kCancelRequestCode)
      .int32(target.process_id)
      .int32(target.key);
  return packet;
}

}  // namespace

CancelExchange::CancelExchange(net::Loop& loop, const CancelTarget& target, Done done)
    : loop_(loop), target_(target), done_(std::move(done)), deadline_(loop), later_(loop) {}

CancelExchange::~CancelExchange() {
  poll_.reset();
  if (fd_ >= 0) ::close(fd_);
}

void CancelExchange::start(std::chrono::milliseconds deadline) {
  fd_ = ::socket(target_.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return finish(CancelOutcome::Settled);
  const int status =
      ::connect(fd_, reinterpret_cast<const sockaddr*>(&target_.address), target_.address_bytes);
  if (status != 0 && errno != EINPROGRESS) return finish(CancelOutcome::Settled);
  deadline_.start(deadline,
                  [this] { finish(stream_ ? CancelOutcome::InDoubt : CancelOutcome::Settled); });
  poll_ = std::make_unique<net::Poll>(loop_, fd_, [this](net::Interest) { on_connected(); });
  poll_->watch(net::Interest::Write);
}

void CancelExchange::on_connected() {
  poll_.reset();
  int error = 0;
  socklen_t length = sizeof error;
  if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0) {
    return finish(CancelOutcome::Settled);
  }
  stream_ =
      std::make_unique<net::Stream>(loop_, std::exchange(fd_, -1), net::Stream::Ownership::Owned);
  stream_->set_events(this);
  stream_->resume();
  stream_->write(cancel_request(target_));
}

void CancelExchange::on_end(net::StreamEnd) noexcept { finish(CancelOutcome::Settled); }

void CancelExchange::finish(CancelOutcome outcome) {
  deadline_.stop();
  poll_.reset();
  later_.arm([this, outcome] {
    auto done = std::move(done_);
    done(outcome);
  });
}

}  // namespace gateway::upstream
