// SPDX-License-Identifier: Apache-2.0
// What a program with postgres.js does when it starts: it fetches array types before the first array.
import postgres from "postgres";

const sql = postgres({ max: 1, onnotice: () => {}, connection: { application_name: "postgres.js" } });
const answers = {};
answers.columns = await sql`
  SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 ORDER BY 1, a.attnum`;
answers.array = await sql`SELECT id, name FROM products WHERE id = ANY(${[1, 2, 3]}) ORDER BY id`;
answers.described = (await sql`SELECT * FROM orders WHERE id = ${1}`.describe()).columns.map((c) => [c.name, c.type]);
answers.dynamic = await sql`SELECT ${sql(["id", "email"])} FROM ${sql("customers")} WHERE id = ${7}`;
answers.transaction = await sql.begin("read only", (inner) => inner`SELECT count(*) FROM orders`);
answers.pages = [];
for await (const rows of sql`SELECT id FROM products ORDER BY id`.cursor(80)) answers.pages.push(rows.length);
answers.json = await sql`SELECT ${sql.json({ a: [1] })} ->> 'a' AS value`;
await sql.end();
console.log(JSON.stringify(answers));
