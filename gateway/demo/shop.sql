-- SPDX-License-Identifier: Apache-2.0
-- A small web shop for `postern demo`. The same rows on every run: arithmetic instead of random(),
-- fixed dates instead of now(). psql variables: gateway_password.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;

-- The gateway logs in as one role that owns nothing and inherits nothing; it becomes the reader.
CREATE ROLE shop_reader NOLOGIN;
CREATE ROLE postern_gateway LOGIN NOINHERIT PASSWORD :'gateway_password';
GRANT shop_reader TO postern_gateway;

CREATE DATABASE shop;
REVOKE ALL ON DATABASE shop FROM PUBLIC;
GRANT CONNECT ON DATABASE shop TO postern_gateway;
\connect shop
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- A number in [0, n) that looks random but depends on `seed` and `salt` alone.
CREATE FUNCTION pg_temp.pick(seed bigint, salt bigint, n bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS
$$ SELECT (('x' || substr(md5(seed || ':' || salt), 1, 12))::bit(48)::bigint) % n $$;

CREATE TABLE customers (
  id            integer PRIMARY KEY,
  full_name     text NOT NULL,
  email         text NOT NULL UNIQUE,
  country       char(2) NOT NULL,
  ssn           text NOT NULL,
  password_hash text NOT NULL,
  created_at    timestamptz NOT NULL
);
COMMENT ON TABLE customers IS 'Everyone who has an account in the shop';
COMMENT ON COLUMN customers.ssn IS 'Social security number, for credit checks. Sensitive';
COMMENT ON COLUMN customers.password_hash IS 'bcrypt hash of the password. Sensitive';

INSERT INTO customers
SELECT i, first || ' ' || last, lower(first || '.' || last) || i || '@example.com',
       (ARRAY['DE', 'FR', 'GB', 'US', 'JP', 'BR'])[1 + pg_temp.pick(i, 3, 6)],
       to_char(100 + pg_temp.pick(i, 4, 800), 'FM000') || '-' ||
         to_char(1 + pg_temp.pick(i, 5, 99), 'FM00') || '-' ||
         to_char(1 + pg_temp.pick(i, 6, 9999), 'FM0000'),
       '$2b$12$' || substr(md5('a' || i) || md5('b' || i), 1, 53),
       timestamptz '2024-01-01 00:00:00+00' + i * interval '7 hours'
FROM generate_series(1, 2000) AS i,
     LATERAL (SELECT
       (ARRAY['Ada', 'Alan', 'Barbara', 'Claude', 'Edsger', 'Frances', 'Grace', 'John', 'Karen',
              'Leslie', 'Margaret', 'Niklaus', 'Radia', 'Tony'])[1 + pg_temp.pick(i, 1, 14)] AS first,
       (ARRAY['Hopper', 'Lovelace', 'Turing', 'Liskov', 'Shannon', 'Dijkstra', 'Allen', 'Backus',
              'Lamport', 'Hamilton', 'Wirth', 'Perlman', 'Hoare', 'Jones'])[1 + pg_temp.pick(i, 2, 14)] AS last
     ) AS name;

CREATE TABLE products (
  id       integer PRIMARY KEY,
  name     text NOT NULL,
  category text NOT NULL,
  price    numeric(10, 2) NOT NULL CHECK (price > 0),
  in_stock integer NOT NULL CHECK (in_stock >= 0)
);
COMMENT ON TABLE products IS 'What the shop sells';

INSERT INTO products
SELECT i, adjective || ' ' || noun || ' ' || i, category, 3 + pg_temp.pick(i, 14, 24000) / 100.0,
       pg_temp.pick(i, 15, 500)
FROM generate_series(1, 200) AS i,
     LATERAL (SELECT
       (ARRAY['Small', 'Sturdy', 'Quiet', 'Bright', 'Plain', 'Folding'])[1 + pg_temp.pick(i, 11, 6)] AS adjective,
       (ARRAY['lamp', 'chair', 'kettle', 'notebook', 'rucksack', 'gate', 'clock', 'ladder'])[1 + pg_temp.pick(i, 12, 8)] AS noun,
       (ARRAY['home', 'office', 'garden', 'travel'])[1 + pg_temp.pick(i, 13, 4)] AS category
     ) AS word;

CREATE TABLE orders (
  id          integer PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES customers,
  status      text NOT NULL CHECK (status IN ('paid', 'shipped', 'delivered', 'returned')),
  ordered_at  timestamptz NOT NULL
);
COMMENT ON TABLE orders IS 'One row an order; its lines are in order_items';

INSERT INTO orders
SELECT i, 1 + pg_temp.pick(i, 21, 2000),
       (ARRAY['paid', 'shipped', 'delivered', 'delivered', 'delivered', 'returned'])[1 + pg_temp.pick(i, 22, 6)],
       timestamptz '2025-07-01 08:00:00+00' + i * interval '26 minutes'
FROM generate_series(1, 8000) AS i;
CREATE INDEX orders_customer_id ON orders (customer_id);

CREATE TABLE order_items (
  order_id   integer NOT NULL REFERENCES orders,
  line       smallint NOT NULL,
  product_id integer NOT NULL REFERENCES products,
  quantity   integer NOT NULL CHECK (quantity > 0),
  unit_price numeric(10, 2) NOT NULL,
  PRIMARY KEY (order_id, line)
);
COMMENT ON TABLE order_items IS 'Order lines, with the price at the time of the order';

INSERT INTO order_items
SELECT o.id, line, p.id, 1 + pg_temp.pick(o.id * 10 + line, 31, 4), p.price
FROM orders AS o,
     LATERAL generate_series(1, 1 + pg_temp.pick(o.id, 32, 3)) AS line,
     LATERAL (SELECT 1 + pg_temp.pick(o.id * 10 + line, 33, 200) AS id) AS chosen
     JOIN products AS p USING (id);
CREATE INDEX order_items_product_id ON order_items (product_id);

CREATE TABLE payment_cards (
  customer_id integer PRIMARY KEY REFERENCES customers,
  number      text NOT NULL,
  expires     date NOT NULL
);
COMMENT ON TABLE payment_cards IS 'Nothing that a report needs: no policy of the examples lists it';

INSERT INTO payment_cards
SELECT i, '4000' || to_char(pg_temp.pick(i, 51, 1000000000000), 'FM000000000000'),
       date '2027-01-31' + pg_temp.pick(i, 52, 1400)::integer
FROM generate_series(1, 300) AS i;

CREATE FUNCTION order_total(wanted integer) RETURNS numeric LANGUAGE sql STABLE AS
$$ SELECT sum(quantity * unit_price) FROM public.order_items WHERE order_id = wanted $$;
COMMENT ON FUNCTION order_total(integer) IS 'What an order cost';

CREATE FUNCTION stored_hash(wanted integer) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT password_hash FROM public.customers WHERE id = wanted $$;
COMMENT ON FUNCTION stored_hash(integer) IS 'For the login service';

CREATE SCHEMA analytics;
COMMENT ON SCHEMA analytics IS 'Prepared for reports';

CREATE MATERIALIZED VIEW analytics.daily_revenue AS
SELECT (o.ordered_at AT TIME ZONE 'UTC')::date AS day, count(DISTINCT o.id) AS orders,
       sum(i.quantity * i.unit_price) AS revenue
FROM orders AS o JOIN order_items AS i ON i.order_id = o.id
WHERE o.status <> 'returned'
GROUP BY 1;
COMMENT ON MATERIALIZED VIEW analytics.daily_revenue IS 'Revenue a day (UTC), returned orders left out';

CREATE VIEW analytics.category_sales AS
SELECT p.category, count(*) AS lines, sum(i.quantity * i.unit_price) AS revenue
FROM order_items AS i JOIN products AS p ON p.id = i.product_id
GROUP BY p.category;
COMMENT ON VIEW analytics.category_sales IS 'What each product category brought in';

-- A view that hands out a secret under another name.
CREATE VIEW analytics.credit_file AS
SELECT id, full_name AS name, country, ssn AS tax_reference FROM customers;
COMMENT ON VIEW analytics.credit_file IS 'For the credit agency';

CREATE SCHEMA hr;
COMMENT ON SCHEMA hr IS 'Personnel. Nobody should read this through the gateway';

CREATE TABLE hr.salaries (
  employee_id integer PRIMARY KEY,
  full_name   text NOT NULL,
  title       text NOT NULL,
  yearly      numeric(10, 2) NOT NULL
);
COMMENT ON TABLE hr.salaries IS 'What everyone earns';

INSERT INTO hr.salaries
SELECT i, 'Employee ' || i,
       (ARRAY['clerk', 'buyer', 'engineer', 'manager'])[1 + pg_temp.pick(i, 41, 4)],
       32000 + 100 * pg_temp.pick(i, 42, 700)
FROM generate_series(1, 60) AS i;

-- The reader may read everything here, also hr, the cards, and the customers' secrets, so that what
-- the demo refuses is refused by Postern. Elsewhere grant such a role no more than the policy allows.
GRANT USAGE ON SCHEMA public, analytics, hr TO shop_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public, analytics, hr TO shop_reader;

ANALYZE;
