-- SPDX-License-Identifier: Apache-2.0
-- Everything of PostgreSQL that can quote a value in an error: each table keeps one in a column ssn, and none of
-- the statements that make it come out names that column. Where a value has to get into a new row, it is a default.
CREATE ROLE tester LOGIN PASSWORD 'tester-password';
CREATE DATABASE app OWNER tester;
\connect app
GRANT CREATE, USAGE ON SCHEMA public TO tester;
SET ROLE tester;

CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, age int CHECK (age >= 0), ssn text,
                    password_hash text);
INSERT INTO users VALUES (1, 'one@example.com', 30, '912-34-5678', 'CANARYHASH'),
                         (2, 'two@example.com', 40, '912-34-5678', 'CANARYHASH');
CREATE VIEW adults AS SELECT id, email, age FROM users WHERE age >= 18 WITH CHECK OPTION;

CREATE TABLE defaults (id int PRIMARY KEY, email text NOT NULL, ssn text DEFAULT '912-34-5678');
CREATE TABLE unique_ssn (id int PRIMARY KEY, ssn text UNIQUE DEFAULT '912-34-5678');
INSERT INTO unique_ssn VALUES (1);
CREATE TABLE unique_lower (id int PRIMARY KEY, ssn text DEFAULT '912-34-5678');
CREATE UNIQUE INDEX unique_lower_key ON unique_lower (lower(ssn));
INSERT INTO unique_lower VALUES (1);
CREATE TABLE excluded (id int PRIMARY KEY, ssn text DEFAULT '912-34-5678', EXCLUDE USING btree (ssn WITH =));
INSERT INTO excluded VALUES (1);

CREATE TABLE parents (id int PRIMARY KEY, ssn text UNIQUE);
INSERT INTO parents VALUES (1, '912-34-5678');
CREATE TABLE children (id int PRIMARY KEY, ssn text DEFAULT '900-00-0000' REFERENCES parents (ssn));
INSERT INTO children VALUES (1, '912-34-5678');
CREATE TABLE deferred (id int PRIMARY KEY,
                       ssn text DEFAULT '900-00-0000' REFERENCES parents (ssn) DEFERRABLE INITIALLY DEFERRED);

CREATE TABLE routed (id int, ssn text DEFAULT '912-34-5678') PARTITION BY LIST (ssn);
CREATE TABLE routed_a PARTITION OF routed FOR VALUES IN ('a');
CREATE TABLE aged (id int, age int, ssn text) PARTITION BY RANGE (age);
CREATE TABLE aged_young PARTITION OF aged FOR VALUES FROM (0) TO (50);
INSERT INTO aged VALUES (1, 20, '912-34-5678');

CREATE TABLE generated (id int, ssn text DEFAULT '912-34-5678',
                        number int GENERATED ALWAYS AS (ssn::int) STORED);
CREATE TABLE indexed (id int, ssn text DEFAULT '912-34-5678');
CREATE INDEX indexed_expression ON indexed ((ssn::int));
CREATE TABLE partly_indexed (id int, ssn text DEFAULT '912-34-5678');
CREATE INDEX partly_indexed_some ON partly_indexed (id) WHERE ssn::int > 0;
CREATE TABLE checked (id int, ssn text DEFAULT '912-34-5678', CHECK (ssn::int > 0));
CREATE DOMAIN positive AS text CHECK (VALUE::int > 0);
CREATE TABLE domains (id int, ssn positive);
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.ssn := (SELECT ssn FROM users WHERE id = 1); RETURN NEW; END $$;
CREATE TRIGGER fill BEFORE INSERT ON domains FOR EACH ROW EXECUTE FUNCTION fill();

CREATE TABLE raising (id int, kind text, ssn text);
INSERT INTO raising VALUES (1, '', '912-34-5678');
CREATE FUNCTION inner_cast(value text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE number int;
BEGIN EXECUTE 'SELECT ' || quote_literal(value) || '::int' INTO number; RETURN number; END $$;
CREATE FUNCTION raise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  CASE NEW.kind
    WHEN 'exception' THEN RAISE EXCEPTION 'ssn %', OLD.ssn;
    WHEN 'detail' THEN RAISE EXCEPTION 'no' USING DETAIL = OLD.ssn;
    WHEN 'hint' THEN RAISE EXCEPTION 'no' USING HINT = OLD.ssn;
    WHEN 'state' THEN RAISE EXCEPTION 'ssn %', OLD.ssn USING ERRCODE = '22012';
    WHEN 'constraint' THEN RAISE EXCEPTION 'no' USING ERRCODE = '23514', CONSTRAINT = OLD.ssn;
    WHEN 'column' THEN RAISE EXCEPTION 'no' USING COLUMN = OLD.ssn, TABLE = OLD.ssn, DATATYPE = OLD.ssn;
    WHEN 'assert' THEN ASSERT false, OLD.ssn;
    WHEN 'notice' THEN RAISE NOTICE 'ssn %', OLD.ssn;
    WHEN 'warning' THEN RAISE WARNING 'ssn %', OLD.ssn USING DETAIL = OLD.ssn, HINT = OLD.ssn;
    WHEN 'info' THEN RAISE INFO 'ssn %', OLD.ssn;
    WHEN 'nested' THEN PERFORM inner_cast(OLD.ssn);
    WHEN 'dynamic' THEN EXECUTE format('SELECT nothing FROM users WHERE ssn = %L', OLD.ssn);
  END CASE;
  RETURN NEW;
END $$;
CREATE TRIGGER raise BEFORE UPDATE ON raising FOR EACH ROW EXECUTE FUNCTION raise();
CREATE TABLE transitions (id int, ssn text DEFAULT '912-34-5678');
CREATE FUNCTION raise_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'rows %', (SELECT json_agg(added) FROM added); END $$;
CREATE TRIGGER raise_all AFTER INSERT ON transitions REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION raise_all();
CREATE TABLE at_commit (id int, ssn text DEFAULT '912-34-5678');
CREATE FUNCTION raise_late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', NEW.ssn; END $$;
CREATE CONSTRAINT TRIGGER raise_late AFTER INSERT ON at_commit DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION raise_late();

CREATE TABLE guarded (id int, ssn text);
INSERT INTO guarded VALUES (1, '912-34-5678');
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
ALTER TABLE guarded FORCE ROW LEVEL SECURITY;
CREATE POLICY numeric_ones ON guarded USING (ssn::int > 0);

CREATE TYPE mood AS ENUM ('good');
CREATE VIEW as_int AS SELECT id FROM users WHERE ssn::int > 0;
CREATE VIEW as_json AS SELECT id FROM users WHERE password_hash::json IS NOT NULL;
CREATE VIEW as_timestamp AS SELECT id FROM users WHERE (ssn || ' 99:00')::timestamp IS NOT NULL;
CREATE VIEW as_enum AS SELECT id FROM users WHERE ssn::mood IS NOT NULL;
CREATE VIEW as_regclass AS SELECT id FROM users WHERE ssn::regclass IS NOT NULL;
CREATE VIEW as_regtype AS SELECT id FROM users WHERE password_hash::regtype IS NOT NULL;
CREATE VIEW as_regproc AS SELECT id FROM users WHERE password_hash::regproc IS NOT NULL;
CREATE VIEW as_regprocedure AS SELECT id FROM users WHERE (password_hash || '(int)')::regprocedure IS NOT NULL;
CREATE VIEW as_regrole AS SELECT id FROM users WHERE password_hash::regrole IS NOT NULL;
CREATE VIEW as_regnamespace AS SELECT id FROM users WHERE ssn::regnamespace IS NOT NULL;
CREATE VIEW as_regconfig AS SELECT id FROM users WHERE password_hash::regconfig IS NOT NULL;
CREATE VIEW as_tsquery AS SELECT id FROM users WHERE (ssn || ' (')::tsquery IS NOT NULL;
CREATE VIEW as_zone AS SELECT id FROM users WHERE now() AT TIME ZONE password_hash IS NOT NULL;
CREATE VIEW as_unit AS SELECT id FROM users WHERE date_trunc(password_hash, now()) IS NOT NULL;
CREATE VIEW as_interval AS SELECT id FROM users WHERE password_hash::interval IS NOT NULL;
CREATE VIEW as_uuid AS SELECT id FROM users WHERE password_hash::uuid IS NOT NULL;
CREATE VIEW as_encoding AS SELECT id FROM users WHERE convert_to('x', password_hash) IS NOT NULL;
CREATE VIEW as_array AS SELECT id FROM users WHERE ssn::int[] IS NOT NULL;
CREATE VIEW as_format AS SELECT id FROM users WHERE to_date(password_hash, 'Month') IS NOT NULL;

CREATE FUNCTION loud(key int) RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN RAISE EXCEPTION 'ssn %', (SELECT ssn FROM users WHERE id = key); END $$;
CREATE FUNCTION chatty(key int) RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN RAISE NOTICE 'ssn %', (SELECT ssn FROM users WHERE id = key); RETURN key; END $$;
CREATE FUNCTION casting(key int) RETURNS int LANGUAGE sql STABLE AS 'SELECT ssn::int FROM users WHERE id = key';

-- All of it may be read: its errors stay as they are.
CREATE TABLE open (id int PRIMARY KEY, name text NOT NULL, size int CHECK (size > 0));
INSERT INTO open VALUES (1, 'first', 1);
