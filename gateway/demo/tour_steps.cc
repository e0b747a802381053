// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/tour.h"

namespace gateway::demo {
namespace {

using Steps = std::vector<Step>;

Steps what_passes() {
  return {
      {.title = "A join and an aggregate pass",
       .sql = "SELECT c.country, count(*) AS orders FROM customers AS c JOIN orders AS o ON "
              "o.customer_id = c.id GROUP BY c.country ORDER BY c.country LIMIT 3",
       .shows = {"BR|", "DE|", "FR|"}},
      {.title = "So do views and materialised views",
       .sql = "SELECT category, lines > 0 AS sold FROM analytics.category_sales ORDER BY category",
       .shows = {"garden|t", "travel|t"}},
      {.title = "A function whose body reads only what may be read needs no listing",
       .sql = "SELECT order_total(1) > 0 AS costs",
       .shows = {"t"}},
      {.title = "* passes where it covers nothing refused",
       .sql = "SELECT * FROM orders ORDER BY id LIMIT 1",
       .shows = {"1|"}},
      {.title = "Data can be copied out",
       .sql = "COPY (SELECT id, name FROM products ORDER BY id LIMIT 2) TO STDOUT",
       .shows = {"1\t", "2\t"}},
      {.title = "A transaction, with several statements in one message",
       .sql = "BEGIN; SELECT count(*) FROM orders; COMMIT",
       .shows = {"8000", "COMMIT"}},
  };
}

Steps what_clients_ask() {
  return {
      {.title = "psql's own commands work",
       .sql = "\\d customers",
       .shows = {"full_name|text", "email|text"}},
      {.title = "\\dt lists tables", .sql = "\\dt", .shows = {"public|orders|table"}},
      {.title = "\\dv and views",
       .sql = "\\dv analytics.*",
       .shows = {"analytics|category_sales|view"}},
      {.title = "\\df and functions",
       .sql = "\\df order_total",
       .shows = {"public|order_total|numeric|wanted integer|func"}},
      {.title = "\\dn and schemas", .sql = "\\dn", .shows = {"analytics|postgres"}},
      {.title = "What a driver asks when it starts",
       .sql =
           "SET extra_float_digits = 3; SET application_name = 'reports'; "
           "SHOW transaction_isolation; SELECT t.typname, t.typelem FROM pg_catalog.pg_type AS t "
           "JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace "
           "WHERE n.nspname = 'pg_catalog' AND t.typname = '_text'",
       .shows = {"read committed", "_text|25"}},
  };
}

Steps what_the_policy_refuses() {
  return {
      {.title = "A refused column, with what may be read instead",
       .sql = "SELECT full_name, ssn FROM customers",
       .outcome = Outcome::RefusedByPostern,
       .shows = {"column \"ssn\" of table public.customers is not readable",
                 "LINE 1: SELECT full_name, ssn FROM customers\n                          ^\n",
                 "DETAIL:  COLUMN_ACCESS_DENIED: public.customers.ssn (rule: columns.denied[0])\n",
                 "HINT:  Readable columns of public.customers: id, full_name, email, country, "
                 "created_at.\n"},
       .alone = Alone::Answered},
      {.title = "One that a pattern refuses, in whatever table",
       .sql = "SELECT password_hash FROM customers",
       .outcome = Outcome::RefusedByPostern,
       .shows = {"COLUMN_ACCESS_DENIED", "columns.denied_patterns[0]"},
       .alone = Alone::Answered},
      {.title = "A refused table",
       .sql = "SELECT number FROM payment_cards",
       .outcome = Outcome::RefusedByPostern,
       .shows = {"TABLE_ACCESS_DENIED", "tables.allowed"},
       .alone = Alone::Answered},
      {.title = "A refused schema",
       .sql = "SELECT full_name, yearly FROM hr.salaries",
       .outcome = Outcome::RefusedByPostern,
       .shows = {"SCHEMA_ACCESS_DENIED", "allowed_schemas"},
       .alone = Alone::Answered},
      {.title = "A refused function",
       .sql = "SELECT pg_sleep(0.01)",
       .outcome = Outcome::RefusedByPostern,
       .shows = {"FUNCTION_ACCESS_DENIED", "functions.denied[0]"},
       .alone = Alone::Answered},
      {.title = "A function whose body reads a refused column",
       .sql = "SELECT stored_hash(7)",
       .outcome = Outcome::RefusedByPostern,
       .shows = {"FUNCTION_ACCESS_DENIED", "functions.allowed"},
       .alone = Alone::Answered},
  };
}

Steps ways_around() {
  return {
      {.title = "* holds the refused columns",
       .sql = "SELECT * FROM customers LIMIT 1",
       .outcome = Outcome::RefusedByPostern,
       .shows = {"COLUMN_ACCESS_DENIED", "List the columns instead of *: id, full_name"},
       .alone = Alone::Answered},
      {.title = "So does a whole row",
       .sql = "SELECT c FROM customers c LIMIT 1",
       .outcome = Outcome::RefusedByPostern,
       .shows = {"COLUMN_ACCESS_DENIED", "the whole row holds column \"ssn\""},
       .alone = Alone::Answered},
      {.title = "Another name for the fifth column does not help",
       .sql = "SELECT e FROM customers AS c(a, b, c, d, e) LIMIT 1",
       .outcome = Outcome::RefusedByPostern,
       .shows = {"COLUMN_ACCESS_DENIED", "public.customers.ssn"},
       .alone = Alone::Answered},
      {.title = "Nor does a view that calls it something else",
       .sql = "SELECT name, tax_reference FROM analytics.credit_file LIMIT 1",
       .outcome = Outcome::RefusedByPostern,
       .shows = {"COLUMN_ACCESS_DENIED", "analytics.credit_file"},
       .alone = Alone::Answered},
      {.title = "The view's other columns pass",
       .sql = "SELECT name FROM analytics.credit_file ORDER BY id LIMIT 1",
       .shows = {" "}},
      {.title = "A condition would tell it bit by bit",
       .sql = "SELECT count(*) FROM customers WHERE ssn LIKE '9%'",
       .outcome = Outcome::RefusedByPostern,
       .shows = {"COLUMN_ACCESS_DENIED", "public.customers.ssn"},
       .alone = Alone::Answered},
      {.title = "An order, too",
       .sql = "SELECT id FROM customers ORDER BY password_hash LIMIT 1",
       .outcome = Outcome::RefusedByPostern,
       .shows = {"COLUMN_ACCESS_DENIED", "public.customers.password_hash"},
       .alone = Alone::Answered},
      {.title = "Names in text and comments are no names",
       .sql = "SELECT 'ssn, hr.salaries' AS text /* password_hash */",
       .shows = {"ssn, hr.salaries"}},
  };
}

Steps what_other_users_get() {
  return {
      {.title = "For support (expand_safe) * is what may be read",
       .sql = "SELECT * FROM customers WHERE id = 7",
       .shows = {"7|Alan Shannon|alan.shannon7@example.com|BR|2024-01-03 01:00:00+00\n"},
       .hides = {"$2b$"},
       .user = kSecondUser},
      {.title = "A whole row stays refused",
       .sql = "SELECT c FROM customers c WHERE id = 7",
       .outcome = Outcome::RefusedByPostern,
       .user = kSecondUser},
      {.title = "For reports (on_denied: filter) the table has no such columns",
       .sql = "SELECT c FROM customers c WHERE id = 7",
       .shows = {"(7,\"Alan Shannon\",alan.shannon7@example.com,BR,\"2024-01-03 01:00:00+00\")\n"},
       .user = kThirdUser},
      {.title = "By its name it stays refused",
       .sql = "SELECT password_hash FROM customers WHERE id = 7",
       .outcome = Outcome::RefusedByPostern,
       .user = kThirdUser},
  };
}

Steps what_the_mode_refuses() {
  return {
      {.title = "A write is refused in read_only mode",
       .sql = "INSERT INTO orders VALUES (0, 1, 'paid', '2026-01-01')",
       .outcome = Outcome::RefusedByPostern,
       .shows = {"read_only"}},
      {.title = "Also one that hides in a SELECT",
       .sql = "WITH gone AS (DELETE FROM orders RETURNING id) SELECT count(*) FROM gone",
       .outcome = Outcome::RefusedByPostern},
      {.title = "Row locks are writes too",
       .sql = "SELECT id FROM orders WHERE id = 1 FOR UPDATE",
       .outcome = Outcome::RefusedByPostern},
      {.title = "An injected second statement takes the whole message with it",
       .sql = "SELECT 'ran' || '-anyway'; DROP TABLE customers",
       .outcome = Outcome::RefusedByPostern},
      {.title = "Also one that only reads",
       .sql = "SELECT 'ran' || '-anyway'; SELECT ssn FROM customers",
       .outcome = Outcome::RefusedByPostern,
       .shows = {"COLUMN_ACCESS_DENIED"},
       .alone = Alone::Answered},
      {.title = "No program on the server's machine",
       .sql = "COPY products TO PROGRAM 'cat > /tmp/stolen'",
       .outcome = Outcome::RefusedByPostern},
      {.title = "No other role",
       .sql = "SET ROLE postern_gateway",
       .outcome = Outcome::RefusedByPostern},
      {.title = "No way out of the read-only transaction",
       .sql = "BEGIN READ WRITE",
       .outcome = Outcome::RefusedByPostern},
  };
}

Steps what_postgres_says() {
  return {
      {.title = "A missing table is told as PostgreSQL tells it",
       .sql = "SELECT * FROM no_such_table",
       .outcome = Outcome::PostgresError,
       .shows = {"42P01", "relation \"no_such_table\" does not exist", "LINE 1:"}},
      {.title = "A syntax error reads as PostgreSQL words it",
       .sql = "SELEC 1",
       .outcome = Outcome::PostgresError,
       .shows = {"42601", "syntax error at or near \"SELEC\"", "LINE 1: SELEC 1"}},
      {.title = "And all the data are still there",
       .sql = "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM orders)",
       .shows = {"2000|8000"}},
      {.title = "A wrong password is refused",
       .sql = "SELECT 1",
       .outcome = Outcome::LoginRefused,
       .shows = {"password authentication failed for user \"analyst\""}},
  };
}

}  // namespace

const std::vector<Step>& tour_steps() {
  static const Steps steps = [] {
    Steps all;
    for (auto* part : {what_passes, what_clients_ask, what_the_policy_refuses, ways_around,
                       what_other_users_get, what_the_mode_refuses, what_postgres_says}) {
      const Steps more = part();
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }();
  return steps;
}

}  // namespace gateway::demo
