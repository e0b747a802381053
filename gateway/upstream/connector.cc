// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/connector.h"

#include <utility>

#include "gateway/upstream/verification.h"

namespace gateway::upstream {
namespace {

std::string timeout_text(std::chrono::milliseconds limit, bool connected) {
  return std::string(connected ? "the server did not answer the verification query within "
                               : "no connection within ") +
         std::to_string(limit.count()) + " ms";
}

}  // namespace

Connector::Connector(net::Loop& loop, const PoolSettings& settings, Done done)
    : loop_(loop),
      settings_(settings),
      done_(std::move(done)),
      deadline_(loop),
      later_(loop),
      hosts_(read_hosts(settings.connection)) {
  deadline_.start(settings.connect_timeout, [this] {
    const bool connected = connection_ && PQstatus(connection_.get()) == CONNECTION_OK;
    fail(timeout_text(settings_.connect_timeout, connected));
  });
  later_.arm([this] { resolve_next(); });
}

void Connector::resolve_next() {
  while (next_host_ < hosts_.size() && !hosts_[next_host_].needs_resolution()) ++next_host_;
  if (next_host_ == hosts_.size()) return connect();
  resolution_ = std::make_unique<net::Resolution>(
      loop_, hosts_[next_host_].host,
      [this](std::vector<std::string> addresses, const std::string& error) {
        on_resolved(std::move(addresses), error);
      });
}

void Connector::on_resolved(std::vector<std::string> addresses, const std::string& error) {
  HostEntry& entry = hosts_[next_host_++];
  entry.addresses = std::move(addresses);
  if (!error.empty()) {
    resolution_error_ = "could not translate host name \"" + entry.host + "\" to address: " + error;
  }
  resolve_next();
}

void Connector::connect() {
  Settings parameters = settings_.connection;
  if (!hosts_.empty()) {
    write_hosts(hosts_, parameters);
    if (find_setting(parameters, "host")->empty()) return fail(resolution_error_);
  }
  connection_ = start_connection(std::move(parameters), settings_.pinned);
  if (!connection_) return fail("out of memory");
  if (PQstatus(connection_.get()) == CONNECTION_BAD) return fail(error_text(connection_.get()));
  trace_ = std::make_unique<KeyTrace>(connection_.get());
  watch(net::Interest::Write, &Connector::connect_step);
}

void Connector::watch(net::Interest interest, void (Connector::*step)()) {
  poll_ = std::make_unique<net::Poll>(loop_, PQsocket(connection_.get()),
                                      [this, step](net::Interest) { (this->*step)(); });
  poll_->watch(interest);
}

void Connector::connect_step() {
  poll_.reset();  // PQconnectPoll may close the socket and open the next host's
  switch (PQconnectPoll(connection_.get())) {
    case PGRES_POLLING_READING: return watch(net::Interest::Read, &Connector::connect_step);
    case PGRES_POLLING_WRITING: return watch(net::Interest::Write, &Connector::connect_step);
    case PGRES_POLLING_OK: return start_verification();
    case PGRES_POLLING_FAILED:
    case PGRES_POLLING_ACTIVE: break;  // the latter is unused by libpq
  }
  fail(error_text(connection_.get()));
}

void Connector::start_verification() {
  key_ = trace_->take();
  trace_.reset();
  PGconn* connection = connection_.get();
  if (PQsetnonblocking(connection, 1) != 0 ||
      PQsendQuery(connection, verification_query(settings_.pinned).c_str()) != 1) {
    return fail(error_text(connection));
  }
  verification_step();
}

void Connector::verification_step() {
  PGconn* connection = connection_.get();
  poll_.reset();
  const int unsent = PQflush(connection);
  if (unsent < 0 || PQconsumeInput(connection) != 1) return fail(error_text(connection));
  if (PQisBusy(connection) == 0) return read_results();
  watch(unsent == 0 ? net::Interest::Read : net::Interest::ReadWrite,
        &Connector::verification_step);
}

void Connector::read_results() {
  PGconn* connection = connection_.get();
  while (PQisBusy(connection) == 0) {
    Result result(PQgetResult(connection));
    if (!result) return hand_over();
    results_.push_back(std::move(result));
  }
  watch(net::Interest::Read, &Connector::verification_step);
}

void Connector::hand_over() {
  auto verified = check_verification(results_, settings_.pinned);
  if (!verified) return fail(verified.error());
  finish(
      std::make_unique<ConnectedServer>(loop_, std::move(connection_), key_, *std::move(verified)));
}

void Connector::fail(std::string why) { finish(std::unexpected(std::move(why))); }

void Connector::finish(Outcome outcome) {
  deadline_.stop();
  resolution_.reset();
  poll_.reset();
  trace_.reset();
  results_.clear();
  connection_.reset();  // frees the slot on the server's side too, before anyone is told
  later_.arm([this, outcome = std::move(outcome)]() mutable {
    auto done = std::move(done_);
    done(std::move(outcome));
  });
}

}  // namespace gateway::upstream
