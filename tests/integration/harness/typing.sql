-- What overload resolution can be led astray by; loaded by test_typing.py into a database of its own.
CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION IF NOT EXISTS hstore;
CREATE EXTENSION IF NOT EXISTS intarray;
CREATE EXTENSION IF NOT EXISTS ltree;
CREATE SCHEMA other;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN short_text AS varchar(10);
CREATE DOMAIN shorter_text AS short_text;
CREATE DOMAIN small_number AS int CHECK (VALUE < 1000);
CREATE DOMAIN numbers AS int[];
CREATE DOMAIN some_pair AS pair;
CREATE DOMAIN some_mood AS mood;
CREATE TYPE textrange AS RANGE (subtype = text);
CREATE TABLE parent (id int, name text);
CREATE TABLE child (extra int) INHERITS (parent);
CREATE TABLE grandchild () INHERITS (child);

CREATE FUNCTION reverse(varchar) RETURNS text LANGUAGE sql AS $$ SELECT 'mine' $$;
CREATE FUNCTION length(text) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION glue(varchar, varchar) RETURNS text LANGUAGE sql AS $$ SELECT 'mine' $$;
CREATE OPERATOR || (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = glue);
CREATE FUNCTION other.glue(varchar, varchar) RETURNS int LANGUAGE sql AS $$ SELECT 2 $$;
CREATE OPERATOR other.|| (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = other.glue);
CREATE FUNCTION negated(text) RETURNS text LANGUAGE sql AS $$ SELECT 'mine' $$;
CREATE OPERATOR - (RIGHTARG = text, FUNCTION = negated);
CREATE FUNCTION same_mood(mood, text) RETURNS bool LANGUAGE sql AS $$ SELECT true $$;
CREATE OPERATOR = (LEFTARG = mood, RIGHTARG = text, FUNCTION = same_mood);
CREATE FUNCTION short_equal(short_text, short_text) RETURNS bool LANGUAGE sql AS $$ SELECT true $$;
CREATE OPERATOR === (LEFTARG = short_text, RIGHTARG = short_text, FUNCTION = short_equal);
CREATE FUNCTION any_equal(anyelement, anyelement) RETURNS bool LANGUAGE sql AS $$ SELECT true $$;
CREATE OPERATOR === (LEFTARG = anyelement, RIGHTARG = anyelement, FUNCTION = any_equal);

CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION f(text) RETURNS text LANGUAGE sql AS $$ SELECT 'a' $$;
CREATE FUNCTION f(small_number) RETURNS bool LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION f(int, b int DEFAULT 1) RETURNS int8 LANGUAGE sql AS $$ SELECT 1::int8 $$;
CREATE FUNCTION f(a text, VARIADIC rest text[]) RETURNS text[] LANGUAGE sql AS $$ SELECT rest $$;
CREATE FUNCTION other.f(int) RETURNS date LANGUAGE sql AS $$ SELECT now()::date $$;
CREATE FUNCTION other.f(int8) RETURNS date LANGUAGE sql AS $$ SELECT now()::date $$;
CREATE FUNCTION other.f(VARIADIC float8[]) RETURNS float8 LANGUAGE sql AS $$ SELECT 1.0::float8 $$;
CREATE FUNCTION g(VARIADIC int[]) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION g(int, VARIADIC int[]) RETURNS text LANGUAGE sql AS $$ SELECT 'a' $$;
CREATE FUNCTION g(numeric) RETURNS numeric LANGUAGE sql AS $$ SELECT 1.0 $$;
CREATE FUNCTION g(VARIADIC numeric[]) RETURNS bool LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION named(a int, b text DEFAULT 'x', c date DEFAULT now()) RETURNS int
  LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION named(b text, a int8) RETURNS text LANGUAGE sql AS $$ SELECT 'a' $$;
CREATE FUNCTION named(a numeric, OUT o1 int, b bool DEFAULT true, OUT o2 text)
  LANGUAGE sql AS $$ SELECT 1, 'a'::text $$;
CREATE FUNCTION other.named(a int, b text) RETURNS bool LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION other.named(VARIADIC a int[]) RETURNS bool LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION poly(anyelement, anyarray) RETURNS anyelement LANGUAGE sql AS $$ SELECT $1 $$;
CREATE FUNCTION poly(anynonarray, anynonarray) RETURNS anyarray LANGUAGE sql AS $$ SELECT ARRAY[$1] $$;
CREATE FUNCTION poly(anyenum, anyelement) RETURNS anyenum LANGUAGE sql AS $$ SELECT $1 $$;
CREATE FUNCTION poly(anyrange, anyelement) RETURNS anymultirange LANGUAGE sql AS $$ SELECT NULL $$;
CREATE FUNCTION poly(anymultirange, anyrange) RETURNS anyrange LANGUAGE sql AS $$ SELECT $2 $$;
CREATE FUNCTION poly(anycompatible, anycompatible, anycompatiblearray) RETURNS anycompatible
  LANGUAGE sql AS $$ SELECT $1 $$;
CREATE FUNCTION poly(anycompatible, anycompatiblerange, anycompatible) RETURNS anycompatiblearray
  LANGUAGE sql AS $$ SELECT ARRAY[$1] $$;
CREATE FUNCTION poly(anycompatiblenonarray, VARIADIC anycompatiblearray) RETURNS anycompatiblearray
  LANGUAGE sql AS $$ SELECT $2 $$;
CREATE FUNCTION poly(anycompatiblemultirange, anycompatible) RETURNS anycompatiblerange
  LANGUAGE sql AS $$ SELECT NULL $$;
CREATE FUNCTION many(VARIADIC anyarray) RETURNS anyelement LANGUAGE sql AS $$ SELECT $1[1] $$;
CREATE FUNCTION spare(anyelement, anyarray DEFAULT '{}'::int[]) RETURNS anyelement
  LANGUAGE sql AS $$ SELECT $1 $$;
CREATE FUNCTION rows(parent) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION rows(record) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'a'; END $$;
CREATE FUNCTION rows(pair) RETURNS text LANGUAGE sql AS $$ SELECT 'a' $$;
CREATE FUNCTION rows(record[]) RETURNS int LANGUAGE internal AS 'array_ndims';
CREATE FUNCTION rowed(parent) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION rowed(record[]) RETURNS int LANGUAGE internal AS 'array_ndims';
CREATE FUNCTION to_pair(int) RETURNS pair LANGUAGE sql AS $$ SELECT ROW($1, 'a')::pair $$;
CREATE CAST (int AS pair) WITH FUNCTION to_pair(int);
CREATE FUNCTION to_mood(int) RETURNS mood LANGUAGE sql AS $$ SELECT 'sad'::mood $$;
CREATE CAST (int AS mood) WITH FUNCTION to_mood(int) AS IMPLICIT;
CREATE CAST (mood AS text) WITH INOUT AS IMPLICIT;
CREATE FUNCTION takes_mood(mood) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION takes_moods(mood[]) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION mood(date) RETURNS mood LANGUAGE sql AS $$ SELECT 'sad'::mood $$;
CREATE FUNCTION short_text(bool) RETURNS short_text LANGUAGE sql AS $$ SELECT 'a'::short_text $$;
CREATE AGGREGATE total(text) (SFUNC = textcat, STYPE = text);
CREATE AGGREGATE total(VARIADIC int[]) (SFUNC = array_cat, STYPE = int[]);
CREATE AGGREGATE best(anycompatible) (SFUNC = array_append, STYPE = anycompatiblearray);
