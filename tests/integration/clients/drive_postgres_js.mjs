// SPDX-License-Identifier: Apache-2.0
// postgres.js: pipelines by itself, prepares each statement, fetches the array types first.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import postgres from "postgres";
import { run, running, tls, told } from "./checks.mjs";

const connect = (options) => postgres({ max: 1, ssl: tls(), onnotice: () => {}, ...options });
const attempt = async (action) => {
  try {
    return await action();
  } catch (error) {
    return told(error);
  }
};

// A check: a function of a connection of its own.
const checks = [];
function check(name, use, options) {
  const play = async () => {
    const sql = connect(options);
    try {
      return await use(sql);
    } finally {
      await sql.end({ timeout: 5 });
    }
  };
  checks.push(Object.defineProperty(play, "name", { value: name }));
}

check("values", async (sql) => {
  const rows = await sql`SELECT * FROM samples`;
  return [rows.columns.map((column) => [column.name, column.type]), rows];
});

check("parameters", async (sql) => [
  await sql`SELECT ${1}::int + ${"1099511627776"}::bigint AS sum, ${"grüße 🐘"}::text AS t`,
  await sql`SELECT ${Buffer.alloc(5000, 255)}::bytea AS b, ${[1, 2, 3]}::int[] AS a, ${sql.json({ a: [1] })} AS j`,
  await sql`SELECT length(${"x".repeat(3_000_000)}) AS n, ${null}::text AS nothing`,
  await sql`SELECT ${sql(["id", "owner"])} FROM ${sql("accounts")} WHERE id IN ${sql([1, 2, 3])} ORDER BY id`,
  (await sql`SELECT * FROM accounts WHERE id = ${1}`.describe()).columns.map((c) => [c.name, c.type]),
  await sql`SELECT id, owner FROM accounts ORDER BY id LIMIT 2`.values(),
]);

check("prepared", async (sql) => {
  const found = [];
  for (let id = 1; id < 20; ++id) found.push(await sql`SELECT owner FROM accounts WHERE id = ${id}`);
  return [found, await sql`SELECT statement FROM pg_prepared_statements ORDER BY 1`];
});

check("unprepared", async (sql) => [
  await sql`SELECT ${5}::int AS five`, await sql.unsafe("SELECT $1::int AS i", [6]),
  await sql.unsafe("SELECT 1 AS a; SELECT 2 AS b"), await sql`SELECT 1 AS a; SELECT 2 AS b`.simple(),
], { prepare: false });

check("failures", async (sql) => {
  const found = [];
  for (const text of ["SELECT nope", "SELEC 1", "SELECT id FROM acounts", "SELECT 1/0", "SELECT fail('x')",
    "UPDATE accounts SET balance = -1 WHERE id = 1"]) {
    found.push(await attempt(() => sql.unsafe(text)), await attempt(() => sql.unsafe(text, [], { prepare: true })),
      await sql`SELECT 1 AS alive`);
  }
  return found;
});

checks.push(async function notices() {
  const heard = [];
  const sql = connect({ onnotice: (notice) => heard.push(told(notice)) });
  await sql`SELECT complain(${"js"})`;
  await sql.end();
  return heard;
});

// All in flight at once on one connection.
check("pipelined queries", async (sql) => Promise.all(Array.from({ length: 300 }, (_, i) =>
  i === 150 ? attempt(() => sql`SELECT 1/${0}::int`) : sql`SELECT ${i}::int AS i`)));

check("transactions", async (sql) => {
  const found = [await attempt(() => sql.begin(async (inner) => {
    await inner`INSERT INTO scratch VALUES (1, 'a')`;
    found_inside.push(await attempt(() => inner.savepoint((deep) => deep`INSERT INTO scratch VALUES (1, 'b')`)));
    found_inside.push(await inner`SELECT * FROM scratch`);
    throw new Error("rolled back");
  }))];
  const pipelined = await sql.begin("read only", (inner) => [inner`SELECT 1 AS a`, inner`SELECT 2 AS b`]);
  return [found, found_inside, pipelined, await sql`SELECT count(*) FROM scratch`];
});
const found_inside = [];

check("cursor", async (sql) => {
  const pages = [];
  for await (const rows of sql`SELECT id FROM accounts WHERE id > ${5} ORDER BY id`.cursor(30)) pages.push(rows.length);
  await sql`SELECT generate_series(1, 1000) AS i`.cursor(10, (rows) => {
    pages.push(rows[0]);
    return sql.CLOSE;
  });
  pages.push(await attempt(() => sql`SELECT 1/(30 - i) FROM generate_series(1, 100) AS i`.cursor(10, () => {})));
  const streamed = [];
  await sql`SELECT generate_series(1, 20) AS i`.forEach((row) => streamed.push(row.i));
  return [pages, streamed, await sql`SELECT 1 AS alive`];
});

// Few enough rows for the reading stream's buffer: it forgets to resume a socket that it paused just
// before the end.
check("copy", async (sql) => {
  const reserved = await sql.reserve();
  await reserved`BEGIN`;
  const writing = await reserved`COPY scratch FROM STDIN`.writable();
  await pipeline(Readable.from(Array.from({ length: 1000 }, (_, i) => `${i}\trow ${i}\n`)), writing);
  const reading = await reserved`COPY (SELECT * FROM scratch ORDER BY k) TO STDOUT`.readable();
  const found = (await reading.toArray()).map(String).join("");
  await reserved`ROLLBACK`;
  reserved.release();
  return [found, await sql`SELECT count(*) FROM scratch`];
});

check("notifications", async (sql) => {
  let stop;
  const heard = new Promise((settle) => {
    stop = sql.listen("postgres_js", settle);
  });
  await stop;
  await sql.notify("postgres_js", "payload");
  const found = await heard;
  await (await stop).unlisten();
  return found;
});

check("cancel", async (sql) => {
  const query = sql`SELECT pg_sleep(120) /* postgres.js */`;
  const failed = attempt(() => query);
  const watcher = connect();
  while ((await watcher.unsafe(running("postgres.js")))[0].n === 0);
  await watcher.end();
  query.cancel();
  return [await failed, await sql`SELECT 42 AS answer`];
});

check("pool", async (sql) => Promise.all(Array.from({ length: 30 }, (_, i) => sql`SELECT ${i}::int AS i`)), { max: 3 });

check("big", async (sql) => {
  const [{ text }] = await sql`SELECT repeat('y', 5000000) AS text`;
  const many = await sql`SELECT generate_series(1, 100000) AS i`;
  return [text.length, many.count, many.at(-1)];
});

await run(checks);
