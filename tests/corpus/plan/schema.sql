-- What the plans of this folder were made over: see record.py. PostgreSQL 14 to 18.
CREATE TABLE customers (id int PRIMARY KEY, email text UNIQUE, region text, name text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers, status text,
                     amount numeric, created date);
CREATE INDEX ON orders (customer_id);
CREATE TABLE regions (region text PRIMARY KEY, manager text);
CREATE TABLE members (tenant int, login text, PRIMARY KEY (tenant, login));
CREATE TABLE events (id bigint, day date NOT NULL, kind text, PRIMARY KEY (id, day))
  PARTITION BY RANGE (day);
CREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE animals (id int PRIMARY KEY, name text);
CREATE TABLE dogs (breed text) INHERITS (animals);
CREATE TABLE fresh (id int PRIMARY KEY, note text);
CREATE SCHEMA hidden;
CREATE TABLE hidden.tenants (tenant int PRIMARY KEY, login text);
CREATE TABLE hidden.ledger (id int PRIMARY KEY, amount numeric);
CREATE TABLE notes (id int PRIMARY KEY, tenant int, body text);
CREATE FUNCTION tenants_of(who text) RETURNS SETOF int LANGUAGE sql STABLE
  AS 'SELECT tenant FROM public.members WHERE login = who';
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes
  USING (tenant IN (SELECT t.tenant FROM hidden.tenants t WHERE t.login = current_user)
         OR tenant IN (SELECT tenants_of(current_user)));
CREATE VIEW order_names AS
  SELECT o.id, o.amount, c.name FROM orders o JOIN customers c ON c.id = o.customer_id;
CREATE VIEW ledger_sums AS SELECT sum(amount) AS total FROM hidden.ledger;
CREATE FUNCTION orders_of(customer int) RETURNS TABLE (id int, amount numeric) LANGUAGE sql STABLE
  AS 'SELECT o.id, o.amount FROM public.orders o WHERE o.customer_id = customer';
CREATE TABLE with_rule (id int PRIMARY KEY);
CREATE RULE also AS ON INSERT TO with_rule DO ALSO DELETE FROM hidden.ledger WHERE id = NEW.id;
INSERT INTO customers SELECT i, 'c' || i || '@example.com', 'r' || i % 7, 'name ' || i
  FROM generate_series(1, 20000) i;
INSERT INTO orders SELECT i, 1 + i % 20000, 'paid', i % 100, date '2024-01-01' + i % 365
  FROM generate_series(1, 60000) i;
INSERT INTO regions SELECT 'r' || i, 'm' || i FROM generate_series(0, 6) i;
INSERT INTO members SELECT i % 50, 'login' || i FROM generate_series(1, 500) i;
INSERT INTO events SELECT i, date '2023-01-01' + i % 730, 'view' FROM generate_series(1, 14000) i;
INSERT INTO animals SELECT i, 'a' || i FROM generate_series(1, 300) i;
INSERT INTO dogs SELECT 1000 + i, 'd' || i, 'b' FROM generate_series(1, 300) i;
INSERT INTO hidden.tenants SELECT i, 'login' || i FROM generate_series(1, 100) i;
INSERT INTO hidden.ledger SELECT i, i FROM generate_series(1, 100) i;
INSERT INTO notes SELECT i, i % 100, 'body ' || i FROM generate_series(1, 1000) i;
CREATE ROLE plan_reader;
GRANT USAGE ON SCHEMA hidden TO plan_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, hidden TO plan_reader;
