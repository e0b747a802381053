-- SPDX-License-Identifier: Apache-2.0
-- The database of test_resolver_oracle.py: names that overlap as much as PostgreSQL lets them.
CREATE ROLE pol_app LOGIN PASSWORD 'CANARY-app-pw';
CREATE DATABASE oracle;
\connect oracle
SET search_path = public;
CREATE SCHEMA side;

-- Types
CREATE TYPE mood AS ENUM ('sad', 'fine', 'happy');
CREATE TYPE point_t AS (x int, y int);
CREATE TYPE address AS (street text, zip text, geo point_t);
CREATE FUNCTION is_positive(int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT $1 > 0';
CREATE FUNCTION is_short(text) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT length($1) < 100';
CREATE DOMAIN positive AS int CHECK (is_positive(VALUE));
CREATE DOMAIN words AS text;
CREATE DOMAIN short_words AS words CHECK (is_short(VALUE));
CREATE DOMAIN home_t AS address;

-- Tables
CREATE TABLE person (
  id int PRIMARY KEY, name text, email text CONSTRAINT person_email UNIQUE, age int, boss int, mood mood,
  tags text[], home address, extra jsonb, born date, pay numeric(10,2), "Key" text, short short_words);
CREATE TABLE orders (
  id int PRIMARY KEY, gone int, person_id int REFERENCES person, total numeric, note varchar(20), placed timestamptz,
  qty positive, total2 numeric GENERATED ALWAYS AS (total * 2) STORED, dest home_t);
ALTER TABLE orders DROP COLUMN gone;
CREATE TABLE item (id int, order_id int, name text, price numeric, dims int[], grid int[][], at point_t);
CREATE TABLE "Mixed Case" ("Id" int, "select" text, id int, name text);
CREATE TABLE side.item (id int, sku text, name text, "Id" int);
CREATE TABLE side.person (id int, nick text, name varchar(9));
CREATE TABLE side.only_here (id int, x int, y text, z numeric);
CREATE TABLE event (id int, kind text, at date, payload jsonb) PARTITION BY LIST (kind);
CREATE TABLE event_a PARTITION OF event FOR VALUES IN ('a');
CREATE TABLE side.event_b (payload jsonb, at date, id int, kind text);
ALTER TABLE event ATTACH PARTITION side.event_b FOR VALUES IN ('b');
CREATE TABLE thing (id int, label text);
CREATE TABLE sub_thing (more text) INHERITS (thing);
CREATE TABLE shadow (id int, name text, person int, orders text, upper text, twice int, item text);
CREATE TABLE doc (id int, body xml, data json);

-- Views
CREATE VIEW v_person AS SELECT id, name, email AS mail, age FROM person;
CREATE VIEW v_orders AS
  SELECT o.id, v.name, o.total, v.mail FROM orders o JOIN v_person v ON v.id = o.person_id;
CREATE VIEW v_row AS SELECT p AS whole, p.id FROM person p;
CREATE MATERIALIZED VIEW m_item AS SELECT id, name, price FROM item;
CREATE VIEW side.v_only AS SELECT x, y FROM side.only_here;

-- Functions
CREATE FUNCTION twice(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 * 2';
CREATE FUNCTION twice(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1 || $1';
CREATE FUNCTION twice(numeric) RETURNS date IMMUTABLE LANGUAGE sql AS 'SELECT CURRENT_DATE';
CREATE FUNCTION side.twice(int) RETURNS text LANGUAGE sql AS 'SELECT ''x''';
CREATE FUNCTION side.hidden(a int, b text DEFAULT 'b') RETURNS text LANGUAGE sql AS 'SELECT b';
CREATE FUNCTION full_name(person) RETURNS text LANGUAGE sql AS 'SELECT $1.name';
CREATE FUNCTION age(person) RETURNS text LANGUAGE sql AS 'SELECT ''old''';
CREATE FUNCTION initials(v_person) RETURNS text LANGUAGE sql AS 'SELECT $1.name';
CREATE FUNCTION zip(address) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION area(point_t) RETURNS int LANGUAGE sql AS 'SELECT $1.x * $1.y';
CREATE FUNCTION label(thing) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION title(thing) RETURNS text LANGUAGE sql AS 'SELECT $1.label';
CREATE FUNCTION span(a int, b int DEFAULT 1, c text DEFAULT 'c') RETURNS int LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION vsum(VARIADIC int[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION vsum(text, VARIADIC text[]) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION pair_of(n int, OUT a int, OUT b text) LANGUAGE sql AS 'SELECT 1, ''b''';
CREATE FUNCTION one_out(n int, OUT only_one int) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION people() RETURNS SETOF person LANGUAGE sql AS 'SELECT * FROM person';
CREATE FUNCTION rows_of(n int) RETURNS TABLE (id int, name text) LANGUAGE sql AS 'SELECT 1, ''a''';
CREATE FUNCTION any_rec() RETURNS SETOF record LANGUAGE sql AS 'SELECT 1, ''a''::text';
CREATE FUNCTION spots() RETURNS SETOF point_t LANGUAGE sql AS 'SELECT 1, 2';
CREATE FUNCTION moods() RETURNS SETOF mood LANGUAGE sql AS 'SELECT ''sad''::mood';
CREATE FUNCTION ident(anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION first_of(anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT $1[1]';
CREATE FUNCTION poly(anyelement, OUT one anyelement, OUT many anyarray) LANGUAGE sql AS 'SELECT $1, ARRAY[$1]';
CREATE FUNCTION mood_text(mood) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''m''';
CREATE FUNCTION side.shout(text) RETURNS text LANGUAGE sql AS 'SELECT upper($1)';

-- Operators
CREATE FUNCTION same_text(text, text) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = same_text);
CREATE FUNCTION glue(varchar, varchar) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''g''';
CREATE OPERATOR || (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = glue);
CREATE FUNCTION side.plus(int, text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''p''';
CREATE OPERATOR side.+ (LEFTARG = int, RIGHTARG = text, FUNCTION = side.plus);
CREATE FUNCTION backwards(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT reverse($1)';
CREATE OPERATOR ~~~ (RIGHTARG = text, FUNCTION = backwards);
CREATE FUNCTION near_by(address, address) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR ## (LEFTARG = address, RIGHTARG = address, FUNCTION = near_by);
CREATE FUNCTION mood_is(mood, text) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR = (LEFTARG = mood, RIGHTARG = text, FUNCTION = mood_is);

-- An order of points that is not the built-in one of rows.
CREATE FUNCTION point_cmp(point_t, point_t) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1.x - $2.x';
CREATE FUNCTION point_lt(point_t, point_t) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.x < $2.x';
CREATE FUNCTION point_le(point_t, point_t) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.x <= $2.x';
CREATE FUNCTION point_eq(point_t, point_t) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.x = $2.x';
CREATE FUNCTION point_ge(point_t, point_t) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.x >= $2.x';
CREATE FUNCTION point_gt(point_t, point_t) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.x > $2.x';
CREATE OPERATOR < (LEFTARG = point_t, RIGHTARG = point_t, FUNCTION = point_lt, COMMUTATOR = >);
CREATE OPERATOR <= (LEFTARG = point_t, RIGHTARG = point_t, FUNCTION = point_le);
CREATE OPERATOR = (LEFTARG = point_t, RIGHTARG = point_t, FUNCTION = point_eq, COMMUTATOR = =);
CREATE OPERATOR >= (LEFTARG = point_t, RIGHTARG = point_t, FUNCTION = point_ge);
CREATE OPERATOR > (LEFTARG = point_t, RIGHTARG = point_t, FUNCTION = point_gt, COMMUTATOR = <);
CREATE OPERATOR CLASS point_ops DEFAULT FOR TYPE point_t USING btree AS
  OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 point_cmp(point_t, point_t);
CREATE TABLE spot (at point_t PRIMARY KEY, id int, name text);

-- Casts
CREATE FUNCTION address_text(address) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1.street';
CREATE CAST (address AS text) WITH FUNCTION address_text(address);
CREATE FUNCTION point_int(point_t) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1.x';
CREATE CAST (point_t AS int) WITH FUNCTION point_int(point_t) AS IMPLICIT;
CREATE FUNCTION int_mood(int) RETURNS mood LANGUAGE sql IMMUTABLE AS 'SELECT ''sad''::mood';
CREATE CAST (int AS mood) WITH FUNCTION int_mood(int) AS ASSIGNMENT;

-- Aggregates
CREATE FUNCTION add_up(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE AGGREGATE total_of(int) (SFUNC = add_up, STYPE = int, INITCOND = '0');
CREATE AGGREGATE middle(float8 ORDER BY anyelement) (
  SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
