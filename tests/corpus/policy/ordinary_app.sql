-- An application's database with one of each kind of object that tools ask about. PostgreSQL 14 to 18.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pol_app') THEN CREATE ROLE pol_app; END IF;
END $$;
ALTER ROLE pol_app LOGIN PASSWORD 'CANARY-app-pw';
CREATE ROLE app_readers NOLOGIN;
GRANT app_readers TO pol_app;
CREATE DATABASE app TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
COMMENT ON DATABASE app IS 'the application';
ALTER DATABASE app SET search_path = public;
\connect app
SET client_min_messages = warning;
CREATE SCHEMA crm;
CREATE SCHEMA analytics;
CREATE SCHEMA vault;
COMMENT ON SCHEMA crm IS 'customers and their contacts';

CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE EXTENSION ltree;
CREATE EXTENSION intarray;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION pgcrypto;
CREATE EXTENSION unaccent;
CREATE EXTENSION fuzzystrmatch;
CREATE EXTENSION btree_gist;
CREATE EXTENSION "uuid-ossp";
CREATE EXTENSION postgres_fdw;
CREATE EXTENSION cube;
CREATE EXTENSION earthdistance;
CREATE EXTENSION tablefunc;

-- ---------------------------------------------------------------- types
CREATE TYPE public.order_status AS ENUM ('new', 'paid', 'shipped', 'delivered', 'cancelled');
COMMENT ON TYPE public.order_status IS 'where an order stands';
CREATE TYPE public.ticket_priority AS ENUM ('low', 'normal', 'high', 'urgent');
CREATE DOMAIN public.email AS citext CHECK (VALUE ~ '@');
CREATE DOMAIN public.positive_int AS integer CONSTRAINT is_positive CHECK (VALUE > 0);
CREATE TYPE public.address AS (street text, city text, zip text, country char(2));
CREATE TYPE public.price_range AS RANGE (subtype = numeric);
CREATE COLLATION public.de FROM "C";
CREATE TEXT SEARCH CONFIGURATION public.app_english (COPY = english);

-- ---------------------------------------------------------------- what must not be read
CREATE TABLE vault.cards (id int PRIMARY KEY, customer_id int, pan text, cvv text);
CREATE TABLE public.password_resets (id int PRIMARY KEY, user_id int, reset_key text);

-- ---------------------------------------------------------------- tables
CREATE TABLE public.users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email public.email NOT NULL UNIQUE,
  username citext UNIQUE,
  full_name text NOT NULL DEFAULT '',
  password_digest text,
  api_token text,
  is_active boolean NOT NULL DEFAULT true,
  role text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'admin', 'owner')),
  preferences jsonb NOT NULL DEFAULT '{}',
  labels hstore,
  last_seen_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now());
COMMENT ON TABLE public.users IS 'people who can log in';
COMMENT ON COLUMN public.users.email IS 'compared without case';
CREATE INDEX users_lower_name ON public.users (lower(full_name));
CREATE INDEX users_active ON public.users (created_at DESC NULLS LAST) WHERE is_active;
CREATE INDEX users_preferences ON public.users USING gin (preferences);

CREATE TABLE public.categories (
  id serial PRIMARY KEY, parent_id int REFERENCES public.categories (id), name varchar(80) NOT NULL,
  path ltree, position smallint);
CREATE TABLE public.products (
  id serial PRIMARY KEY, sku varchar(32) NOT NULL UNIQUE, name text NOT NULL COLLATE public.de,
  description text, category_id int REFERENCES public.categories (id) ON DELETE SET NULL,
  price numeric(10,2) NOT NULL CHECK (price >= 0), currency char(3) NOT NULL DEFAULT 'EUR',
  tags text[] NOT NULL DEFAULT '{}', attrs jsonb, related int[], weight real, stock int NOT NULL DEFAULT 0,
  valid daterange, image bytea, search tsvector
    GENERATED ALWAYS AS (to_tsvector('english'::regconfig, coalesce(name, '') || ' ' || coalesce(description, ''))) STORED);
CREATE INDEX products_search ON public.products USING gin (search);
CREATE INDEX products_name_trgm ON public.products USING gin (name gin_trgm_ops);
CREATE INDEX products_tags ON public.products USING gin (tags);

CREATE TABLE public.orders (
  id bigserial PRIMARY KEY, user_id bigint NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
  status public.order_status NOT NULL DEFAULT 'new', amount numeric(12,2) NOT NULL DEFAULT 0,
  tax_rate numeric(5,4), ship_to public.address, note text, uid uuid NOT NULL DEFAULT gen_random_uuid(),
  meta json, placed_on date NOT NULL DEFAULT current_date, shipped_at timestamp,
  created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX orders_user ON public.orders (user_id, created_at DESC);
CREATE INDEX orders_status ON public.orders (status) INCLUDE (amount);
CREATE TABLE public.order_items (
  order_id bigint NOT NULL REFERENCES public.orders (id), line int NOT NULL, product_id int REFERENCES public.products (id),
  qty public.positive_int NOT NULL DEFAULT 1, unit_price numeric(10,2) NOT NULL,
  total numeric GENERATED ALWAYS AS (qty * unit_price) STORED, discount numeric(4,3), PRIMARY KEY (order_id, line));
CREATE TABLE public.payments (
  id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), order_id bigint REFERENCES public.orders (id) DEFERRABLE INITIALLY DEFERRED,
  method text, amount money, paid_at timestamptz, from_ip inet, network cidr, device macaddr, details xml);
CREATE TABLE public.reservations (
  id serial PRIMARY KEY, room int NOT NULL, during tstzrange NOT NULL, nights int4multirange,
  EXCLUDE USING gist (room WITH =, during WITH &&));
CREATE TABLE public.employees (
  id int PRIMARY KEY, name text NOT NULL, manager_id int REFERENCES public.employees (id), department text,
  salary_band int, hired_on date, location point, shift interval, skills text[], badge bit(8));
CREATE TABLE public.tickets (
  id serial PRIMARY KEY, title text NOT NULL, body text, priority public.ticket_priority DEFAULT 'normal',
  opened_by bigint REFERENCES public.users (id), assignee bigint REFERENCES public.users (id),
  opened_at timestamptz DEFAULT now(), closed_at timestamptz, watchers bigint[], UNIQUE (title, opened_at));
CREATE TABLE public.jobs (
  id bigserial PRIMARY KEY, queue text NOT NULL DEFAULT 'default', payload jsonb NOT NULL, attempts int DEFAULT 0,
  run_at timestamptz DEFAULT now(), locked_at timestamptz, locked_by text, finished_at timestamptz);
CREATE TABLE public.settings (key text PRIMARY KEY, value jsonb, updated_at timestamptz DEFAULT now());
CREATE TABLE public.schema_migrations (version varchar PRIMARY KEY);
CREATE TABLE public."AuditLog" ("Id" bigserial PRIMARY KEY, "Actor" text, "Payload" jsonb, "At" timestamptz DEFAULT now());
CREATE TABLE public.typeorm_metadata (
  type varchar NOT NULL, database varchar, schema varchar, "table" varchar, name varchar, value text);
CREATE UNLOGGED TABLE public.sessions (sid text PRIMARY KEY, data jsonb, expires_at timestamptz);
ALTER TABLE public.tickets ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tickets ON public.tickets FOR SELECT TO app_readers USING (opened_by > 0);
ALTER TABLE public.employees ALTER name SET STATISTICS 200, ALTER name SET STORAGE EXTERNAL;

CREATE TABLE crm.customers (
  id int PRIMARY KEY, name text NOT NULL, country char(2), city text, since date, segment text, lifetime_value numeric);
CREATE TABLE crm.contacts (
  id int PRIMARY KEY, customer_id int NOT NULL REFERENCES crm.customers (id), name text, phone text, primary_contact boolean);
CREATE TABLE crm.notes (id int PRIMARY KEY, body text, created_at timestamptz);
CREATE TABLE crm.call_notes (duration interval) INHERITS (crm.notes);

CREATE TABLE analytics.events (
  id bigint, user_id bigint, kind text NOT NULL, payload jsonb, happened_at timestamptz NOT NULL, day date NOT NULL)
  PARTITION BY RANGE (day);
CREATE TABLE analytics.events_2024 PARTITION OF analytics.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE analytics.events_rest PARTITION OF analytics.events DEFAULT;
CREATE INDEX events_user ON analytics.events (user_id, happened_at);
CREATE TABLE analytics.page_views (
  id bigint PRIMARY KEY, session text, user_id bigint, url text, referrer text, ms int, viewed_at timestamptz);
CREATE TABLE analytics.daily_metrics (day date, metric text, value double precision, PRIMARY KEY (day, metric));
CREATE TABLE analytics.readings (sensor int, at timestamptz, celsius double precision, PRIMARY KEY (sensor, at));
CREATE TABLE analytics.sales (
  id int PRIMARY KEY, sold_on date, store text, region text, product text, quantity int, amount numeric(12,2));
CREATE STATISTICS analytics.sales_regions (dependencies, ndistinct) ON store, region FROM analytics.sales;
CREATE SEQUENCE public.invoice_numbers START 1000 INCREMENT 10;

CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'nowhere', dbname 'x');
CREATE FOREIGN TABLE analytics.remote_stock (sku text, stock int) SERVER elsewhere OPTIONS (table_name 'stock');

-- ---------------------------------------------------------------- views, functions, triggers
CREATE VIEW public.active_users AS SELECT id, email, full_name, created_at FROM public.users WHERE is_active;
CREATE VIEW public.order_totals AS
  SELECT o.id, o.user_id, o.status, sum(i.total) AS total, count(*) AS lines
  FROM public.orders o JOIN public.order_items i ON i.order_id = o.id GROUP BY o.id;
CREATE VIEW crm.big_customers WITH (security_barrier) AS SELECT * FROM crm.customers WHERE lifetime_value > 1000;
CREATE MATERIALIZED VIEW analytics.revenue AS
  SELECT date_trunc('month', created_at) AS month, status, sum(amount) AS revenue FROM public.orders GROUP BY 1, 2;
CREATE UNIQUE INDEX revenue_month ON analytics.revenue (month, status);
CREATE FUNCTION public.order_total(bigint) RETURNS numeric LANGUAGE sql STABLE
  AS 'SELECT coalesce(sum(total), 0) FROM public.order_items WHERE order_id = $1';
COMMENT ON FUNCTION public.order_total(bigint) IS 'sum of an order''s lines';
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := now(); RETURN NEW; END';
CREATE PROCEDURE public.tidy_up() LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE FUNCTION public.larger(numeric, numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT greatest($1, $2)';
CREATE AGGREGATE public.largest(numeric) (SFUNC = public.larger, STYPE = numeric);
CREATE OPERATOR public.<+> (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = public.larger);
CREATE FUNCTION public.status_rank(public.order_status) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE CAST (public.order_status AS int) WITH FUNCTION public.status_rank(public.order_status);
CREATE TRIGGER users_touch BEFORE UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE RULE keep_settings AS ON DELETE TO public.settings WHERE OLD.key = 'theme' DO INSTEAD NOTHING;
CREATE PUBLICATION app_changes FOR TABLE public.orders, public.order_items;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO app_readers;
CREATE FUNCTION public.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE EVENT TRIGGER watch_ddl ON ddl_command_end EXECUTE FUNCTION public.on_ddl();
ALTER EVENT TRIGGER watch_ddl DISABLE;
GRANT USAGE ON SCHEMA public, crm, analytics TO app_readers;
GRANT SELECT ON ALL TABLES IN SCHEMA crm, analytics TO app_readers;
GRANT SELECT (id, full_name), UPDATE (full_name) ON public.users TO app_readers;
GRANT SELECT, INSERT, UPDATE ON public.orders TO app_readers;

-- ---------------------------------------------------------------- data
INSERT INTO public.users (email, username, full_name, last_seen_at, labels, preferences)
  SELECT 'user' || i || '@example.com', 'User' || i, 'User ' || i, timestamptz '2024-03-01 UTC' + i * interval '1 hour',
         hstore('team', 'team' || i % 3), jsonb_build_object('theme', 'dark', 'emails', jsonb_build_array('daily'))
  FROM generate_series(1, 40) i;
INSERT INTO public.categories (parent_id, name, path, position)
  SELECT CASE WHEN i > 1 THEN i / 2 END, 'Category ' || i, ('top.c' || i)::ltree, i FROM generate_series(1, 10) i;
INSERT INTO public.products (sku, name, description, category_id, price, tags, attrs, related, weight, stock, valid)
  SELECT 'sku-' || i, 'Product ' || i, 'a quick brown thing', 1 + i % 10, i * 3.5, ARRAY['tag' || i % 4, 'new'],
         jsonb_build_object('color', 'red', 'dims', jsonb_build_object('w', i, 'h', 2 * i), 'sizes', jsonb_build_array(1, 2)),
         ARRAY[i - 1, i + 1], i / 7.0, i % 6, daterange('2024-01-01', '2024-12-31') FROM generate_series(1, 40) i;
INSERT INTO public.orders (user_id, status, amount, tax_rate, ship_to, created_at, placed_on)
  SELECT 1 + i % 40, (enum_range(NULL::public.order_status))[1 + i % 5], i * 1.5, 0.19,
         ROW('Street ' || i, 'City ' || i % 7, '12345', 'DE')::public.address,
         timestamptz '2024-01-01 UTC' + i * interval '11 hours', date '2024-01-01' + i / 2 FROM generate_series(1, 200) i;
INSERT INTO public.order_items (order_id, line, product_id, qty, unit_price)
  SELECT 1 + i % 200, 1 + i / 200, 1 + i % 40, 1 + i % 5, i % 90 FROM generate_series(0, 399) i;
INSERT INTO public.employees SELECT i, 'Employee ' || i, CASE WHEN i > 1 THEN i / 2 END, 'dept' || i % 3, i % 5, date '2020-01-01' + i
  FROM generate_series(1, 30) i;
INSERT INTO crm.customers SELECT i, 'Customer ' || i, 'DE', 'City ' || i % 5, date '2019-01-01' + i, 'smb', i * 100
  FROM generate_series(1, 30) i;
INSERT INTO crm.contacts SELECT i, 1 + i % 30, 'Contact ' || i, '+49 ' || i, i % 2 = 0 FROM generate_series(1, 60) i;
INSERT INTO analytics.events SELECT i, 1 + i % 40, (ARRAY['click', 'view', 'buy'])[1 + i % 3], jsonb_build_object('n', i),
  timestamptz '2024-01-01 UTC' + i * interval '3 hours', date '2024-01-01' + i / 8 FROM generate_series(1, 500) i;
INSERT INTO analytics.page_views SELECT i, 's' || i % 20, 1 + i % 40, '/p/' || i % 9, 'https://example.com/', i % 900,
  timestamptz '2024-01-01 UTC' + i * interval '1 minute' FROM generate_series(1, 500) i;
INSERT INTO analytics.readings SELECT i % 5, timestamptz '2024-01-01 UTC' + i * interval '1 minute', i % 30
  FROM generate_series(1, 200) i;
INSERT INTO analytics.sales SELECT i, date '2024-01-01' + i, 'store' || i % 4, 'region' || i % 2, 'product' || i % 6, i % 9, i * 2.5
  FROM generate_series(1, 200) i;
INSERT INTO analytics.daily_metrics SELECT date '2024-01-01' + i, 'visits', i * 10 FROM generate_series(0, 60) i;
INSERT INTO public.settings VALUES ('theme', '"dark"'), ('limits', '{"max": 5}');
INSERT INTO public.tickets (title, opened_by, assignee) SELECT 'Ticket ' || i, 1, 2 FROM generate_series(1, 10) i;
INSERT INTO public.jobs (payload) SELECT jsonb_build_object('job', i) FROM generate_series(1, 10) i;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, crm, analytics TO pol_app;
