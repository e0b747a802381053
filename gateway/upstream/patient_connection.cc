// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/patient_connection.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace gateway::upstream {
namespace {

using Clock = std::chrono::steady_clock;
using Error = PatientConnection::Error;

constexpr std::chrono::milliseconds kStopLatency{50};

std::unexpected<Error> failure(std::string message) {
  return std::unexpected(Error{.message = std::move(message)});
}

// POLLERR and the like count as ready: libpq finds out.
std::expected<void, Error> wait_for(const PGconn* connection, short events,
                                    const Patience& patience) {
  for (;;) {
    if (patience.stopped) return failure("interrupted");
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(patience.deadline - Clock::now());
    if (left.count() <= 0) return failure("the server did not answer in time");
    pollfd socket{.fd = PQsocket(connection), .events = events, .revents = 0};
    const int ready = ::poll(&socket, 1, static_cast<int>(std::min(left, kStopLatency).count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return failure("the connection cannot be waited for");
  }
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
                                                                const Patience& patience) {
  auto started = start_connection(connection, pinned);
  if (!started) return failure("out of memory");
  PGconn* raw = started.get();
  if (PQstatus(raw) == CONNECTION_BAD) return failure(error_text(raw));
  for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK; state = PQconnectPoll(raw)) {
    if (state == PGRES_POLLING_FAILED) return failure(error_text(raw));
    const short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (auto waited = wait_for(raw, events, patience); !waited) {
      return std::unexpected(waited.error());
    }
  }
  PQsetnonblocking(raw, 1);
  return PatientConnection(std::move(started));
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
