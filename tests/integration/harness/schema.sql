-- SPDX-License-Identifier: Apache-2.0
-- What the tests read and write. The client and the server role have one name, so that a session
-- looks the same direct and through the gateway.
CREATE ROLE tester LOGIN PASSWORD 'tester-password';
CREATE ROLE reader NOLOGIN;
GRANT reader TO tester;
CREATE DATABASE app OWNER tester;
\connect app
ALTER SCHEMA public OWNER TO tester;
SET ROLE tester;

CREATE TABLE accounts (
  id      integer PRIMARY KEY,
  owner   text NOT NULL,
  balance numeric(12, 2) NOT NULL DEFAULT 0 CHECK (balance >= 0)
);
COMMENT ON TABLE accounts IS 'Who owns how much';
INSERT INTO accounts SELECT i, 'owner ' || i, i * 10 FROM generate_series(1, 100) AS i;

CREATE TABLE transfers (
  id     bigserial PRIMARY KEY,
  source integer REFERENCES accounts,
  target integer REFERENCES accounts,
  amount numeric(12, 2),
  note   text
);
CREATE INDEX transfers_source ON transfers (source);
CREATE VIEW rich AS SELECT id, owner FROM accounts WHERE balance > 500;
CREATE TABLE scratch (k integer PRIMARY KEY, v text);
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE TABLE samples (
  i smallint, n bigint, f double precision, b boolean, t text, y bytea, d date,
  ts timestamptz, j jsonb, u uuid, a integer[], m mood
);
INSERT INTO samples VALUES
  (1, 9007199254740993, 0.1, true, 'grüße 🐘', '\x00ff10', '2024-02-29', '2024-02-29 12:34:56.789+00',
   '{"a": [1, null]}', '00000000-0000-0000-0000-00000000002a', '{1,NULL,3}', 'glad'),
  (NULL, NULL, 'NaN', NULL, '', '', NULL, '0001-01-01 00:00:00+00', 'null', NULL, '{}', NULL);

CREATE FUNCTION complain(text) RETURNS integer LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE 'noticed: %', $1; RAISE WARNING USING MESSAGE = 'warned', HINT = 'hinted'; RETURN 1; END $$;
CREATE FUNCTION fail(text) RETURNS integer LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING MESSAGE = $1, DETAIL = 'why', HINT = 'what then', ERRCODE = 'P0042'; END $$;
