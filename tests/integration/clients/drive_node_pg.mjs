// SPDX-License-Identifier: Apache-2.0
// node-postgres, with pg-cursor and pg-copy-streams.
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import pg from "pg";
import copyStreams from "pg-copy-streams";
import Cursor from "pg-cursor";
import { run, running, tls, told } from "./checks.mjs";

const options = { ssl: tls(), enableChannelBinding: process.env.PGCHANNELBINDING === "require" };

async function connected(use) {
  const client = new pg.Client(options);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

// A check: a function of a client of its own.
const checks = [];
const check = (name, use) => checks.push(Object.defineProperty(() => connected(use), "name", { value: name }));
const rows = async (client, ...query) => (await client.query(...query)).rows;
const attempt = async (action) => {
  try {
    return await action();
  } catch (error) {
    return told(error);
  }
};

check("values", async (client) => {
  const result = await client.query("SELECT * FROM samples");
  return [result.fields.map((field) => [field.name, field.dataTypeID]), result.rows];
});

check("parameters", async (client) => [
  await rows(client, "SELECT $1::int + $2::bigint AS sum, $3 AS t", [1, "1099511627776", "grüße 🐘"]),
  await rows(client, "SELECT $1::bytea AS b, $2::int[] AS a, $3::jsonb AS j, $4::text AS n",
    [Buffer.alloc(5000, 255), [1, null, 3], { a: [1] }, null]),
  await rows(client, "SELECT length($1) AS n", ["x".repeat(3_000_000)]),
  await rows(client, { text: "SELECT id, owner FROM accounts WHERE id < $1 ORDER BY id", values: [4], rowMode: "array" }),
  await rows(client, { text: "SELECT $1::int8 AS binary", values: [7], binary: true }),
]);

check("prepared", async (client) => {
  const found = [];
  for (let id = 1; id < 20; ++id) {
    found.push(await rows(client, { name: "owner", text: "SELECT owner FROM accounts WHERE id = $1", values: [id] }));
  }
  found.push(await rows(client, "SELECT name, statement FROM pg_prepared_statements"));
  return found;
});

check("failures", async (client) => {
  const found = [];
  for (const sql of ["SELECT nope", "SELEC 1", "SELECT id FROM acounts", "SELECT 1/0", "SELECT fail('x')",
    "UPDATE accounts SET balance = -1 WHERE id = 1", "SELECT 1; SELECT 1/0"]) {
    found.push(await attempt(() => client.query(sql)), await rows(client, "SELECT 1 AS alive"));
    if (!sql.includes(";")) found.push(await attempt(() => client.query({ text: sql, values: [], name: "f" })));
  }
  return found;
});

check("notices", async (client) => {
  const heard = [];
  client.on("notice", (notice) => heard.push(told(notice)));
  await client.query("SELECT complain('node')");
  return heard;
});

check("transactions", async (client) => {
  await client.query("BEGIN");
  await client.query("INSERT INTO scratch VALUES (1, 'a')");
  await client.query("SAVEPOINT s");
  const found = [await attempt(() => client.query("INSERT INTO scratch VALUES (1, 'b')"))];
  found.push(await attempt(() => client.query("SELECT 1")));
  await client.query("ROLLBACK TO s");
  found.push(await rows(client, "SELECT * FROM scratch"));
  found.push((await client.query("ROLLBACK")).command);
  return found;
});

check("several statements", async (client) =>
  (await client.query("SELECT 1 AS a; SELECT 2 AS b; SELECT 3 AS c")).map((result) => result.rows));

// Sent before the answers to the former ones are there.
check("queued queries", async (client) => Promise.all(Array.from({ length: 100 }, (_, i) =>
  i === 50 ? attempt(() => client.query("SELECT 1/$1::int", [0])) : rows(client, "SELECT $1::int AS i", [i]))));

check("cursor", async (client) => {
  const cursor = client.query(new Cursor("SELECT id FROM accounts WHERE id > $1 ORDER BY id", [5]));
  const found = [];
  for (let page = await cursor.read(30); page.length > 0; page = await cursor.read(30)) found.push(page.length);
  await cursor.close();
  const left = client.query(new Cursor("SELECT generate_series(1, 1000) AS i"));
  found.push(await left.read(2));
  await left.close(); // with rows unread
  const broken = client.query(new Cursor("SELECT 1/(3 - i) FROM generate_series(1, 10) AS i"));
  found.push(await attempt(() => broken.read(100)));
  return [found, await rows(client, "SELECT 1 AS alive")];
});

check("copy", async (client) => {
  await client.query("BEGIN");
  const source = Readable.from(Array.from({ length: 5000 }, (_, i) => `${i}\trow ${i}\n`));
  const writing = client.query(copyStreams.from("COPY scratch FROM STDIN"));
  await pipeline(source, writing);
  const reading = client.query(copyStreams.to("COPY (SELECT * FROM scratch ORDER BY k) TO STDOUT"));
  const found = [writing.rowCount, (await reading.toArray()).map(String).join("")];
  await client.query("ROLLBACK");
  found.push(await attempt(() => pipeline(Readable.from(["x\ty\n"]),
    client.query(copyStreams.from("COPY scratch FROM STDIN")))));
  return [found, await rows(client, "SELECT count(*) FROM scratch")];
});

check("notifications", async (client) => {
  await client.query("LISTEN node");
  const heard = once(client, "notification");
  await connected((speaker) => speaker.query("SELECT pg_notify('node', 'payload')"));
  const [{ channel, payload }] = await heard;
  return [channel, payload];
});

check("cancel", async (client) => {
  const query = new pg.Query("SELECT pg_sleep(120) /* node */");
  const failed = new Promise((settle) => query.on("error", settle));
  client.query(query);
  await connected(async (watcher) => {
    while ((await rows(watcher, running("node")))[0].n === 0);
  });
  // It sends cancel requests in clear text.
  new pg.Client({ ...options, ssl: false }).cancel(client, query);
  return [told(await failed), await rows(client, "SELECT 42 AS answer")];
});

checks.push(async function pool() {
  const pool = new pg.Pool({ ...options, max: 3 });
  const found = await Promise.all(Array.from({ length: 30 }, (_, i) => rows(pool, "SELECT $1::int AS i", [i])));
  await pool.end();
  return found;
});

check("big", async (client) => {
  const [{ text }] = await rows(client, "SELECT repeat('y', 5000000) AS text");
  const many = await client.query("SELECT generate_series(1, 100000) AS i");
  return [text.length, many.rowCount, many.rows.at(-1)];
});

await run(checks);
