-- What own.jsonl needs beyond schema.sql: user code behind names and types that look harmless.
-- Loaded by psql after schema.sql, as superuser, in poldb. Everything that leaks says CANARYOWN.
\connect poldb
SET client_min_messages = warning;
CREATE FUNCTION public.own_leak(at text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN RAISE NOTICE 'CANARYOWN %', at; RETURN at; END $$;
CREATE FUNCTION public.own_true(a anyelement, b anyelement) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN PERFORM public.own_leak('operator'); RETURN true; END $$;

-- Exact matches beat polymorphic and coerced ones of pg_catalog.
CREATE FUNCTION public.own_enum_eq(a public.order_status, b public.order_status) RETURNS boolean
  LANGUAGE plpgsql AS $$ BEGIN PERFORM public.own_leak('='); RETURN true; END $$;
CREATE OPERATOR public.= (LEFTARG = public.order_status, RIGHTARG = public.order_status,
                          FUNCTION = public.own_enum_eq);
CREATE FUNCTION public.row_to_json(o public.products) RETURNS json LANGUAGE plpgsql AS $$
BEGIN PERFORM public.own_leak('row_to_json'); RETURN '{}'; END $$;
CREATE FUNCTION public.own_max(s public.order_status, x public.order_status) RETURNS public.order_status
  LANGUAGE plpgsql AS $$ BEGIN PERFORM public.own_leak('max'); RETURN x; END $$;
CREATE AGGREGATE public.max(public.order_status) (SFUNC = public.own_max, STYPE = public.order_status);
CREATE FUNCTION public.abs(n smallint, more text DEFAULT public.own_leak('default')) RETURNS text
  LANGUAGE sql AS 'SELECT more';
CREATE FUNCTION public.own_last(s int, x int) RETURNS int LANGUAGE sql AS 'SELECT x';
CREATE FUNCTION public.own_final(s int) RETURNS text LANGUAGE sql AS $$ SELECT public.own_leak('final') $$;
CREATE AGGREGATE public.own_agg(int) (SFUNC = public.own_last, STYPE = int, FINALFUNC = public.own_final);

-- A type with an ordering of its own.
CREATE TYPE public.own_pair AS (a int, b int);
CREATE FUNCTION public.own_cmp(x public.own_pair, y public.own_pair) RETURNS int LANGUAGE plpgsql IMMUTABLE
  AS $$ BEGIN PERFORM public.own_leak('cmp'); RETURN 0; END $$;
CREATE FUNCTION public.own_lt(x public.own_pair, y public.own_pair) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
  AS $$ BEGIN PERFORM public.own_leak('lt'); RETURN true; END $$;
CREATE OPERATOR public.<<<< (LEFTARG = public.own_pair, RIGHTARG = public.own_pair, FUNCTION = public.own_lt);
CREATE OPERATOR public.<<<= (LEFTARG = public.own_pair, RIGHTARG = public.own_pair, FUNCTION = public.own_lt);
CREATE OPERATOR public.==== (LEFTARG = public.own_pair, RIGHTARG = public.own_pair, FUNCTION = public.own_lt);
CREATE OPERATOR public.>>>= (LEFTARG = public.own_pair, RIGHTARG = public.own_pair, FUNCTION = public.own_lt);
CREATE OPERATOR public.>>>> (LEFTARG = public.own_pair, RIGHTARG = public.own_pair, FUNCTION = public.own_lt);
CREATE OPERATOR CLASS public.own_ops DEFAULT FOR TYPE public.own_pair USING btree AS
  OPERATOR 1 <<<<, OPERATOR 2 <<<=, OPERATOR 3 ====, OPERATOR 4 >>>=, OPERATOR 5 >>>>,
  FUNCTION 1 public.own_cmp(public.own_pair, public.own_pair);

-- Types whose reading runs code.
CREATE FUNCTION public.own_diff(a float8, b float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE
  AS $$ BEGIN PERFORM public.own_leak('diff'); RETURN 1; END $$;
CREATE TYPE public.own_range AS RANGE (SUBTYPE = public.own_pair);
CREATE TYPE public.own_boxed AS (d public.leaky_dom, n int);
CREATE TABLE public.own_checked (id int PRIMARY KEY, d public.leaky_dom);
CREATE FUNCTION public.own_pair_text(p public.own_pair) RETURNS text LANGUAGE plpgsql
  AS $$ BEGIN RETURN public.own_leak('cast'); END $$;
CREATE CAST (public.own_pair AS text) WITH FUNCTION public.own_pair_text(public.own_pair) AS IMPLICIT;
CREATE FUNCTION public.own_json_xml(j json) RETURNS xml LANGUAGE plpgsql
  AS $$ BEGIN PERFORM public.own_leak('implicit'); RETURN '<a/>'; END $$;
CREATE CAST (json AS xml) WITH FUNCTION public.own_json_xml(json) AS IMPLICIT;

-- Columns and views that carry what is refused.
CREATE VIEW public.own_union AS SELECT id, email AS x FROM public.users UNION ALL SELECT id, ssn FROM public.users;
CREATE VIEW public.own_case AS SELECT id, CASE WHEN ssn LIKE '9%' THEN 'a' ELSE 'b' END AS x, email FROM public.users;
CREATE VIEW public.own_lateral AS SELECT u.id, s.x FROM public.users u, LATERAL (SELECT u.ssn AS x) s;
CREATE RECURSIVE VIEW public.own_recursive (n, x) AS
  SELECT 1, 'a'::text UNION ALL SELECT n + 1, (SELECT ssn FROM public.users WHERE id = n) FROM own_recursive WHERE n < 3;
CREATE VIEW public.own_window AS SELECT id, first_value(ssn) OVER (ORDER BY id) AS x FROM public.users;
CREATE VIEW public.own_calls AS SELECT id, public.get_user_ssn(id) AS x FROM public.orders;
CREATE VIEW public.own_json AS SELECT o.id, to_jsonb(u) AS x FROM public.orders o JOIN public.users u ON u.id = o.user_id;
CREATE VIEW public.own_values AS SELECT v.x FROM (VALUES ((SELECT max(ssn) FROM public.users))) v(x);
CREATE VIEW public.own_using AS SELECT id, k.ssn AS x FROM public.kyc k JOIN public.users USING (ssn);
CREATE VIEW public.own_array AS SELECT array_agg(u) AS x FROM public.users u;
CREATE VIEW public.own_nested AS SELECT (v).whole AS x FROM public.v_row v;
CREATE MATERIALIZED VIEW public.own_rows AS SELECT u.id, u AS x FROM public.users u WHERE id < 10;
CREATE TABLE public.own_generated (id int, own_secret text, shown text GENERATED ALWAYS AS (upper(own_secret)) STORED);
INSERT INTO public.own_generated VALUES (1, 'CANARYOWN');
CREATE TABLE public.own_parent (id int, open text);
CREATE TABLE public.own_child (own_secret text) INHERITS (public.own_parent);
INSERT INTO public.own_child VALUES (1, 'a', 'CANARYOWN');
CREATE SEQUENCE public.own_seq;
GRANT ALL ON ALL TABLES IN SCHEMA public TO pol_app;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO pol_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO pol_app;
CREATE TYPE public.own_doc AS ENUM ('a');
CREATE FUNCTION public.own_doc_json(d public.own_doc) RETURNS json LANGUAGE plpgsql
  AS $$ BEGIN PERFORM public.own_leak('json'); RETURN '{}'; END $$;
CREATE CAST (public.own_doc AS json) WITH FUNCTION public.own_doc_json(public.own_doc);
