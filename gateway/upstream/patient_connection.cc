// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/patient_connection.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "gateway/net/loop.h"
#include "gateway/upstream/host_list.h"

namespace gateway::upstream {
namespace {

using Clock = std::chrono::steady_clock;
using Error = PatientConnection::Error;

constexpr std::chrono::milliseconds kStopLatency{50};

std::unexpected<Error> failure(std::string message) {
  return std::unexpected(Error{.message = std::move(message)});
}

enum class Wait : std::uint8_t { Ready, Late, Stopped, Failed };

// POLLERR and the like count as ready: libpq finds out.
Wait wait(const PGconn* connection, short events, const Patience& patience) {
  for (;;) {
    if (patience.stopped) return Wait::Stopped;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(patience.deadline - Clock::now());
    if (left.count() <= 0) return Wait::Late;
    pollfd socket{.fd = PQsocket(connection), .events = events, .revents = 0};
    const int ready = ::poll(&socket, 1, static_cast<int>(std::min(left, kStopLatency).count()));
    if (ready > 0) return Wait::Ready;
    if (ready < 0 && errno != EINTR) return Wait::Failed;
  }
}

std::expected<void, Error> outcome_of(Wait wait) {
  switch (wait) {
    case Wait::Ready: return {};
    case Wait::Late: return failure("the server did not answer in time");
    case Wait::Stopped: return failure("interrupted");
    case Wait::Failed: return failure("the connection cannot be waited for");
  }
  std::unreachable();
}

std::expected<void, Error> wait_for(const PGconn* connection, short events,
                                    const Patience& patience) {
  return outcome_of(wait(connection, events, patience));
}

// Each place that libpq comes to has its time. Late: the one where it is now is silent.
Wait let_in(PGconn* connection, const ConnectPatience& patience) {
  Place place = place_of(connection);
  auto deadline = Clock::now() + patience.each;
  for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;
       state = PQconnectPoll(connection)) {
    if (state == PGRES_POLLING_FAILED) return Wait::Ready;
    if (Place now = place_of(connection); now != place) {
      place = std::move(now);
      deadline = Clock::now() + patience.each;
    }
    const short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    const Wait waited = wait(connection, events, {deadline, patience.stopped});
    if (waited != Wait::Ready) return waited;
  }
  return Wait::Ready;
}

// What could not be resolved, or is silent, in one line.
class Trouble {
 public:
  void note(const std::string& what) { text_ += (text_.empty() ? "" : "; ") + what; }
  std::unexpected<Error> with(const std::string& last) {
    note(last);
    return failure(text_);
  }
  std::unexpected<Error> alone() const { return failure(text_); }

 private:
  std::string text_;
};

std::vector<Place> resolve_all(const Settings& connection, Trouble& trouble) {
  auto hosts = read_hosts(connection);
  for (HostEntry& host : hosts) {
    if (!host.needs_resolution()) continue;
    auto resolved = net::resolve_now(host.host);
    host.addresses = std::move(resolved.addresses);
    if (!resolved.error.empty()) trouble.note(resolution_error(host.host, resolved.error));
  }
  return places_of(hosts);
}

bool is_fine(ExecStatusType status) {
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE;
}

Error error_of(const PGresult* result, const PGconn* connection) {
  const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return {.sqlstate = sqlstate == nullptr ? "" : sqlstate,
          .message = message == nullptr ? error_text(connection) : message};
}

}  // namespace

std::expected<PatientConnection, Error> PatientConnection::open(const Settings& connection,
                                                                const Settings& pinned,
                                                                const ConnectPatience& patience) {
  Trouble trouble;
  auto places = resolve_all(connection, trouble);
  if (places.empty() && !read_hosts(connection).empty()) return trouble.alone();
  for (;;) {
    Settings parameters = connection;
    if (!places.empty()) write_places(places, parameters);
    auto started = start_connection(std::move(parameters), pinned);
    if (!started) return failure("out of memory");
    PGconn* raw = started.get();
    if (PQstatus(raw) == CONNECTION_BAD) return trouble.with(error_text(raw));
    const Wait waited = let_in(raw, patience);
    if (waited == Wait::Ready && PQstatus(raw) != CONNECTION_OK) {
      return trouble.with(error_text(raw));
    }
    if (waited == Wait::Ready) {
      PQsetnonblocking(raw, 1);
      return PatientConnection(std::move(started));
    }
    if (waited != Wait::Late) return std::unexpected(outcome_of(waited).error());
    const Place silent = place_of(raw);
    trouble.note(text_of(silent) + ": no connection within " + milliseconds_text(patience.each));
    if (!pass_over(places, silent) || places.empty()) return trouble.alone();
  }
}

// What was sent, to the last byte.
std::expected<void, Error> PatientConnection::flush(const Patience& patience) {
  PGconn* raw = connection_.get();
  PQsetSingleRowMode(raw);
  for (int flushed = PQflush(raw); flushed != 0; flushed = PQflush(raw)) {
    if (flushed < 0) return failure(error_text(raw));
    if (auto waited = wait_for(raw, POLLIN | POLLOUT, patience); !waited) return waited;
    if (PQconsumeInput(raw) != 1) return failure(error_text(raw));
  }
  return {};
}

// Null: there are no more.
std::expected<Result, Error> PatientConnection::next_result(const Patience& patience) {
  PGconn* raw = connection_.get();
  while (PQisBusy(raw) == 1) {
    if (auto waited = wait_for(raw, POLLIN, patience); !waited) {
      return std::unexpected(waited.error());
    }
    if (PQconsumeInput(raw) != 1) return failure(error_text(raw));
  }
  return Result(PQgetResult(raw));
}

std::expected<void, Error> PatientConnection::ask(std::string_view sql, const Patience& patience,
                                                  const OnRow& on_row) {
  PGconn* raw = connection_.get();
  if (PQsendQuery(raw, std::string(sql).c_str()) != 1) return failure(error_text(raw));
  return take_answer(patience, on_row);
}

std::expected<void, Error> PatientConnection::ask_about(const std::string& parameter,
                                                        const std::string& sql,
                                                        const Patience& patience,
                                                        const OnRow& on_row) {
  PGconn* raw = connection_.get();
  const char* value = parameter.c_str();
  if (PQsendQueryParams(raw, sql.c_str(), 1, nullptr, &value, nullptr, nullptr, 0) != 1) {
    return failure(error_text(raw));
  }
  return take_answer(patience, on_row);
}

std::expected<void, Error> PatientConnection::take_answer(const Patience& patience,
                                                          const OnRow& on_row) {
  if (auto flushed = flush(patience); !flushed) return flushed;
  std::expected<void, Error> outcome;
  for (;;) {
    auto result = next_result(patience);
    if (!result) return std::unexpected(std::move(result.error()));
    if (*result == nullptr) return outcome;
    const auto status = PQresultStatus(result->get());
    if (status == PGRES_SINGLE_TUPLE) on_row(result->get());
    if (!is_fine(status) && outcome) {
      outcome = std::unexpected(error_of(result->get(), connection_.get()));
    }
  }
}

std::expected<void, Error> PatientConnection::run(std::string_view sql, const Patience& patience) {
  return ask(sql, patience, [](const PGresult*) {});
}

}  // namespace gateway::upstream
