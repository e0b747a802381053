// SPDX-License-Identifier: Apache-2.0
// libpq itself: its pipeline mode, single-row mode, COPY, PQcancel, notifications, PQdescribe…. The
// parameters are libpq's environment variables; prints a line of JSON for each check (checks.py).
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The answer of the check that runs: what was noted, quoted for JSON.
static char answer[1 << 20];
static size_t length;

static void put(char c) {
  if (length + 1 == sizeof answer) abort();
  answer[length++] = c;
}

static void quote(const char* text) {
  for (; *text != '\0'; ++text) {
    if (*text == '"' || *text == '\\') put('\\');
    if (*text == '\n') {
      put('\\');
      put('n');
    } else if ((unsigned char)*text >= ' ') {
      put(*text);
    }
  }
}

__attribute__((format(printf, 1, 2))) static void note(const char* format, ...) {
  char text[4096];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  quote(text);
  put('\\');
  put('n');
}

static void note_error(const PGresult* result) {
  const int fields[] = {PG_DIAG_SQLSTATE, PG_DIAG_SEVERITY, PG_DIAG_MESSAGE_PRIMARY,
                        PG_DIAG_MESSAGE_DETAIL, PG_DIAG_STATEMENT_POSITION};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; ++i) {
    const char* text = PQresultErrorField(result, fields[i]);
    note("%s", text == NULL ? "-" : text);
  }
}

static void note_result(PGresult* result) {
  if (result == NULL) {
    note("no more");
    return;
  }
  note("%s %s", PQresStatus(PQresultStatus(result)), PQcmdStatus(result));
  if (PQresultStatus(result) == PGRES_FATAL_ERROR) note_error(result);
  for (int i = 0; i < PQntuples(result); ++i) {
    for (int j = 0; j < PQnfields(result); ++j)
      note("%s=%s", PQfname(result, j), PQgetvalue(result, i, j));
  }
  PQclear(result);
}

static void note_results(PGconn* connection) {
  for (PGresult* result; (result = PQgetResult(connection)) != NULL;) note_result(result);
  note("end, %d", PQtransactionStatus(connection));
}

static void send_select(PGconn* connection, const char* sql, const char* value) {
  const char* values[] = {value};
  if (PQsendQueryParams(connection, sql, 1, NULL, values, NULL, NULL, 0) != 1)
    note("%s", PQerrorMessage(connection));
}

static void drain_pipeline(PGconn* connection, int syncs) {
  for (int ended = 0; syncs > 0; ended = 0) {
    for (PGresult* result; (result = PQgetResult(connection)) != NULL; ended = 1) {
      syncs -= PQresultStatus(result) == PGRES_PIPELINE_SYNC;
      note_result(result);
      if (syncs == 0) return;
    }
    if (ended == 0 && PQstatus(connection) != CONNECTION_OK) return;
  }
}

static void pipeline(PGconn* connection) {
  note("%d", PQenterPipelineMode(connection));
  char value[16];
  for (int i = 0; i < 200; ++i) {
    snprintf(value, sizeof value, "%d", i);
    send_select(connection, "SELECT $1::int AS i", value);
    if (i % 50 == 49) PQpipelineSync(connection);
  }
  drain_pipeline(connection, 4);
  note("%d", PQexitPipelineMode(connection));
}

// An error aborts the pipeline up to the next sync, and with it what came before in it.
static void pipeline_with_an_error(PGconn* connection) {
  PQenterPipelineMode(connection);
  send_select(connection, "INSERT INTO scratch VALUES (1, $1)", "never");
  send_select(connection, "SELECT 1/$1::int", "0");
  send_select(connection, "SELECT $1::int", "1");
  PQpipelineSync(connection);
  send_select(connection, "SELECT count(*) FROM scratch WHERE v = $1", "never");
  PQpipelineSync(connection);
  drain_pipeline(connection, 2);
  note("%d", PQexitPipelineMode(connection));
}

static void pipeline_with_a_syntax_error(PGconn* connection) {
  PQenterPipelineMode(connection);
  send_select(connection, "SELECT $1::int", "1");
  send_select(connection, "SELEC $1", "1");
  PQpipelineSync(connection);
  send_select(connection, "SELECT $1::int", "2");
  PQpipelineSync(connection);
  drain_pipeline(connection, 2);
  note("%d", PQexitPipelineMode(connection));
}

// Flush instead of Sync: answers come before the unit ends.
static void pipeline_with_flush(PGconn* connection) {
  PQenterPipelineMode(connection);
  for (int i = 0; i < 3; ++i) {
    send_select(connection, "SELECT $1::int", "5");
    PQsendFlushRequest(connection);
    PQflush(connection);
    note_result(PQgetResult(connection));
    note_result(PQgetResult(connection));
  }
  PQpipelineSync(connection);
  drain_pipeline(connection, 1);
  note("%d", PQexitPipelineMode(connection));
}

static void pipeline_of_a_transaction(PGconn* connection) {
  PQenterPipelineMode(connection);
  PQsendPrepare(connection, "add", "INSERT INTO scratch VALUES ($1, 'x') RETURNING k", 0, NULL);
  PQsendQueryParams(connection, "BEGIN", 0, NULL, NULL, NULL, NULL, 0);
  char value[16];
  for (int i = 0; i < 20; ++i) {
    const char* values[] = {value};
    snprintf(value, sizeof value, "%d", i);
    PQsendQueryPrepared(connection, "add", 1, values, NULL, NULL, i % 2);
  }
  PQsendDescribePrepared(connection, "add");
  PQsendQueryParams(connection, "ROLLBACK", 0, NULL, NULL, NULL, NULL, 0);
  PQpipelineSync(connection);
  drain_pipeline(connection, 1);
  note("%d %d", PQexitPipelineMode(connection), PQtransactionStatus(connection));
}

static void single_rows(PGconn* connection) {
  PQsendQuery(
      connection,
      "SELECT generate_series(1, 5) AS i; SELECT 1/(3 - i) AS q FROM generate_series(1, 5) AS i");
  PQsetSingleRowMode(connection);
  note_results(connection);
}

static void prepared(PGconn* connection) {
  note_result(
      PQprepare(connection, "p", "SELECT owner, balance FROM accounts WHERE id = $1", 0, NULL));
  PGresult* about = PQdescribePrepared(connection, "p");
  note("%d %u %d %s", PQnparams(about), PQparamtype(about, 0), PQnfields(about), PQfname(about, 1));
  PQclear(about);
  const char* values[] = {"7"};
  note_result(PQexecPrepared(connection, "p", 1, values, NULL, NULL, 0));
  note_result(PQexecPrepared(connection, "nobody", 1, values, NULL, NULL, 0));
  note_result(PQprepare(connection, "p", "SELECT 1", 0, NULL));
  note_result(PQexec(connection, "DEALLOCATE p"));
  note_result(PQexecPrepared(connection, "p", 1, values, NULL, NULL, 0));
  note_result(PQexec(connection, "BEGIN; DECLARE c CURSOR FOR SELECT 1 AS one"));
  note_result(PQdescribePortal(connection, "c"));
  note_result(PQexec(connection, "ROLLBACK"));
}

static void put_copy(PGconn* connection, const char* data, const char* failure) {
  note_result(PQexec(connection, "COPY scratch FROM STDIN"));
  PQputCopyData(connection, data, (int)strlen(data));
  note("%d", PQputCopyEnd(connection, failure));
  note_results(connection);
}

static void copy(PGconn* connection) {
  note_result(PQexec(connection, "BEGIN"));
  put_copy(connection, "1\ta\n2\t\\N\n", NULL);
  note_result(PQexec(connection, "COPY scratch TO STDOUT"));
  for (char* row; PQgetCopyData(connection, &row, 0) > 0; PQfreemem(row)) note("%s", row);
  note_results(connection);
  note_result(PQexec(connection, "ROLLBACK"));
  put_copy(connection, "1\ta\n", "changed my mind");
  put_copy(connection, "x\ta\n", NULL);
  note_result(PQexec(connection, "SELECT count(*) FROM scratch"));
}

static void* cancel_when_it_runs(void* argument) {
  PGconn* watcher = PQconnectdb("");
  for (int running = 0; running == 0 && PQstatus(watcher) == CONNECTION_OK;) {
    PGresult* result =
        PQexec(watcher,
               "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND wait_event = 'PgSleep' "
               "AND query LIKE '%/* libpq */%' AND pid <> pg_backend_pid()");
    running = PQntuples(result);
    PQclear(result);
  }
  PQfinish(watcher);
  char text[256] = "";
  if (PQcancel(argument, text, sizeof text) != 1) fprintf(stderr, "%s\n", text);
  return NULL;
}

static void cancel(PGconn* connection) {
  PGcancel* request = PQgetCancel(connection);
  pthread_t thread;
  if (pthread_create(&thread, NULL, cancel_when_it_runs, request) != 0) abort();
  note_result(PQexec(connection, "SELECT pg_sleep(120) /* libpq */"));
  pthread_join(thread, NULL);
  char text[256] = "";
  note("%d %s", PQcancel(request, text, sizeof text), text);  // nothing runs: no effect
  PQfreeCancel(request);
  note_result(PQexec(connection, "SELECT 42 AS answer"));
}

static void notifications(PGconn* connection) {
  PGconn* speaker = PQconnectdb("");
  note_result(PQexec(connection, "LISTEN libpq"));
  PQclear(PQexec(speaker, "NOTIFY libpq, 'payload'"));
  PQfinish(speaker);
  struct pollfd waiting = {.fd = PQsocket(connection), .events = POLLIN, .revents = 0};
  PGnotify* heard = NULL;
  while ((heard = PQnotifies(connection)) == NULL && poll(&waiting, 1, 30000) == 1)
    PQconsumeInput(connection);
  note("%s %s", heard == NULL ? "-" : heard->relname, heard == NULL ? "-" : heard->extra);
  PQfreemem(heard);
}

static void about(PGconn* connection) {
  const char* names[] = {"server_version",
                         "server_encoding",
                         "client_encoding",
                         "DateStyle",
                         "IntervalStyle",
                         "is_superuser",
                         "TimeZone",
                         "integer_datetimes",
                         "session_authorization",
                         "standard_conforming_strings",
                         "in_hot_standby",
                         "default_transaction_read_only",
                         "application_name"};
  for (size_t i = 0; i < sizeof names / sizeof *names; ++i) {
    const char* value = PQparameterStatus(connection, names[i]);
    note("%s=%s", names[i], value == NULL ? "-" : value);
  }
  note("%d %d", PQprotocolVersion(connection), PQserverVersion(connection));
  note("%d %d", PQping(""), PQconnectionUsedPassword(connection));
}

static const struct {
  const char* name;
  void (*run)(PGconn*);
} checks[] = {
    {"pipeline", pipeline},
    {"pipeline with an error", pipeline_with_an_error},
    {"pipeline with a syntax error", pipeline_with_a_syntax_error},
    {"pipeline with flush", pipeline_with_flush},
    {"pipeline of a transaction", pipeline_of_a_transaction},
    {"single rows", single_rows},
    {"prepared", prepared},
    {"copy", copy},
    {"cancel", cancel},
    {"notifications", notifications},
    {"about", about},
};

int main(void) {
  for (size_t i = 0; i < sizeof checks / sizeof *checks; ++i) {
    PGconn* connection = PQconnectdb("");
    length = 0;
    if (PQstatus(connection) == CONNECTION_OK) {
      checks[i].run(connection);
      answer[length] = '\0';
      printf("{\"check\": \"%s\", \"answer\": \"%s\"}\n", checks[i].name, answer);
    } else {
      quote(PQerrorMessage(connection));
      answer[length] = '\0';
      printf("{\"check\": \"%s\", \"answer\": {\"raised\": \"%s\"}}\n", checks[i].name, answer);
    }
    PQfinish(connection);
  }
  return 0;
}
