// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/connector.h"

#include <utility>

#include "gateway/upstream/verification.h"

namespace gateway::upstream {
namespace {

std::string timeout_text(const Place& place, std::chrono::milliseconds limit, bool connected) {
  return text_of(place) +
         (connected ? ": the server did not answer the verification query within "
                    : ": no connection within ") +
         milliseconds_text(limit);
}

}  // namespace

Connector::Connector(net::Loop& loop, const PoolSettings& settings, SilentPlaces& silent, Done done)
    : loop_(loop),
      settings_(settings),
      silent_(silent),
      done_(std::move(done)),
      deadline_(loop),
      later_(loop),
      hosts_(read_hosts(settings.connection)) {
  later_.arm([this] { resolve_next(); });
}

void Connector::give_time() {
  deadline_.start(settings_.connect_timeout, [this] { on_silence(); });
}

void Connector::resolve_next() {
  while (next_host_ < hosts_.size() && !hosts_[next_host_].needs_resolution()) ++next_host_;
  if (next_host_ == hosts_.size()) return find_places();
  give_time();
  resolution_ = std::make_unique<net::Resolution>(
      loop_, hosts_[next_host_].host,
      [this](std::vector<std::string> addresses, const std::string& error) {
        on_resolved(std::move(addresses), error);
      });
}

void Connector::on_resolved(std::vector<std::string> addresses, const std::string& error) {
  HostEntry& entry = hosts_[next_host_++];
  entry.addresses = std::move(addresses);
  if (!error.empty()) note_trouble(resolution_error(entry.host, error));
  resolve_next();
}

void Connector::find_places() {
  resolution_.reset();
  places_ = places_of(hosts_);
  if (places_.empty() && !hosts_.empty()) return fail({});
  silent_.put_last(places_, loop_.now());
  connect();
}

void Connector::connect() {
  Settings parameters = settings_.connection;
  if (!places_.empty()) write_places(places_, parameters);
  connection_ = start_connection(std::move(parameters), settings_.pinned);
  if (!connection_) return fail("out of memory");
  if (PQstatus(connection_.get()) == CONNECTION_BAD) return fail(error_text(connection_.get()));
  trace_ = std::make_unique<KeyTrace>(connection_.get());
  place_ = place_of(connection_.get());
  give_time();
  watch(net::Interest::Write, &Connector::connect_step);
}

void Connector::give_time_to_a_new_place() {
  Place now = place_of(connection_.get());
  if (now == place_) return;
  place_ = std::move(now);
  give_time();
}

void Connector::on_silence() {
  if (!resolution_) return pass_over_place();
  resolution_.reset();
  on_resolved({}, "no answer within " + milliseconds_text(settings_.connect_timeout));
}

// The others begin anew, in a connection of their own: libpq cannot be told to go on.
void Connector::pass_over_place() {
  const bool connected = PQstatus(connection_.get()) == CONNECTION_OK;
  const Place silent = place_of(connection_.get());
  note_trouble(timeout_text(silent, settings_.connect_timeout, connected));
  silent_.note(silent, loop_.now());
  poll_.reset();
  trace_.reset();
  results_.clear();
  connection_.reset();
  if (!pass_over(places_, silent) || places_.empty()) return fail({});
  connect();
}

void Connector::note_trouble(const std::string& what) {
  if (!trouble_.empty()) trouble_ += "; ";
  trouble_ += what;
}

void Connector::watch(net::Interest interest, void (Connector::*step)()) {
  poll_ = std::make_unique<net::Poll>(loop_, PQsocket(connection_.get()),
                                      [this, step](net::Interest) { (this->*step)(); });
  poll_->watch(interest);
}

void Connector::connect_step() {
  poll_.reset();  // PQconnectPoll may close the socket and open the next host's
  const PostgresPollingStatusType step = PQconnectPoll(connection_.get());
  give_time_to_a_new_place();
  switch (step) {
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
  auto server =
      std::make_unique<ConnectedServer>(loop_, std::move(connection_), key_, *std::move(verified));
  server->passed_over = trouble_;
  finish(std::move(server));
}

void Connector::fail(const std::string& why) {
  if (!why.empty()) note_trouble(why);
  finish(std::unexpected(trouble_));
}

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
