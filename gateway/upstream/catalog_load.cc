// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/catalog_load.h"

#include <poll.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "gateway/upstream/connection.h"
#include "policy/catalog/loader.h"
#include "policy/catalog/queries.h"

namespace gateway::upstream {
namespace {

namespace catalog = policy::catalog;
using Clock = std::chrono::steady_clock;
using Failure = std::unexpected<std::string>;

constexpr const char* kNoPrivilege = "42501";

// False: not before `deadline`.
bool wait_for(const PGconn* connection, short events, Clock::time_point deadline) {
  pollfd socket{.fd = PQsocket(connection), .events = events, .revents = 0};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  return ::poll(&socket, 1, static_cast<int>(std::max<std::int64_t>(0, left.count()))) != 0;
}

std::expected<Connection, std::string> connect(const CatalogSource& source) {
  const auto deadline = Clock::now() + source.connect_timeout;
  auto connection = start_connection(source.connection, source.pinned);
  if (!connection) return Failure("out of memory");
  if (PQstatus(connection.get()) == CONNECTION_BAD) return Failure(error_text(connection.get()));
  for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;
       state = PQconnectPoll(connection.get())) {
    if (state == PGRES_POLLING_FAILED) return Failure(error_text(connection.get()));
    const short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (!wait_for(connection.get(), events, deadline)) {
      return Failure("the server did not answer within " +
                     std::to_string(source.connect_timeout.count()) + " ms");
    }
  }
  return connection;
}

std::string complaint(const PGresult* result, const PGconn* connection) {
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return message == nullptr ? error_text(connection) : message;
}

// SQLSTATE and sentence.
struct Refusal {
  std::string sqlstate;
  std::string message;
};

std::expected<void, Refusal> run(PGconn* connection, std::string_view sql) {
  const Result result(PQexec(connection, std::string(sql).c_str()));
  const auto status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
  const char* sqlstate = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
  return std::unexpected(Refusal{.sqlstate = sqlstate == nullptr ? "" : sqlstate,
                                 .message = complaint(result.get(), connection)});
}

void add_row(catalog::Loader& loader, catalog::Part part, const PGresult* result,
             std::vector<std::string_view>& cells) {
  for (std::size_t at = 0; at < cells.size(); ++at) {
    const int column = static_cast<int>(at);
    cells[at] = PQgetisnull(result, 0, column) == 1
                    ? std::string_view{}
                    : std::string_view(PQgetvalue(result, 0, column),
                                       static_cast<std::size_t>(PQgetlength(result, 0, column)));
  }
  loader.add(part, cells);
}

// Row by row: the whole answer never lies in memory beside what is made of it.
std::expected<void, Refusal> ask(PGconn* connection, const catalog::Query& query,
                                 catalog::Loader& loader) {
  if (PQsendQuery(connection, std::string(query.sql).c_str()) != 1) {
    return std::unexpected(Refusal{.message = error_text(connection)});
  }
  PQsetSingleRowMode(connection);
  std::expected<void, Refusal> outcome;
  std::vector<std::string_view> cells;
  while (const Result result{PQgetResult(connection)}) {
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_SINGLE_TUPLE) {
      cells.resize(static_cast<std::size_t>(PQnfields(result.get())));
      add_row(loader, query.part, result.get(), cells);
    } else if (status != PGRES_TUPLES_OK) {
      const char* sqlstate = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
      outcome = std::unexpected(Refusal{.sqlstate = sqlstate == nullptr ? "" : sqlstate,
                                        .message = complaint(result.get(), connection)});
    }
  }
  return outcome;
}

// What may be missing is asked inside a savepoint: its failure ends nothing.
std::expected<void, Refusal> ask_optional(PGconn* connection, const catalog::Query& query,
                                          catalog::Loader& loader) {
  if (auto saved = run(connection, "SAVEPOINT optional"); !saved) return saved;
  const auto outcome = ask(connection, query, loader);
  if (outcome || outcome.error().sqlstate != kNoPrivilege) return outcome;
  return run(connection, "ROLLBACK TO SAVEPOINT optional");
}

std::expected<void, Refusal> ask_all(PGconn* connection, catalog::Loader& loader) {
  if (auto begun = run(connection, catalog::kBegin); !begun) return begun;
  for (const auto& query : catalog::queries()) {
    auto outcome = query.is_optional ? ask_optional(connection, query, loader)
                                     : ask(connection, query, loader);
    if (!outcome) return outcome;
  }
  return run(connection, catalog::kCommit);
}

}  // namespace

std::expected<catalog::Rows, std::string> load_catalog(const CatalogSource& source) {
  const auto connection = connect(source);
  if (!connection) return Failure("cannot connect: " + connection.error());
  catalog::Loader loader;
  if (const auto asked = ask_all(connection->get(), loader); !asked) {
    return Failure("cannot read the catalog: " + asked.error().message);
  }
  auto rows = std::move(loader).finish();
  if (!rows) return Failure("cannot read the catalog: " + rows.error());
  return rows;
}

}  // namespace gateway::upstream
