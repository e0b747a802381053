// SPDX-License-Identifier: Apache-2.0
// What a program with node-postgres does when it starts: a pool, types by name, named statements.
import pg from "pg";

const pool = new pg.Pool({ max: 2, application_name: "node-pg" });
const answers = {};

async function ask(name, query) {
  const result = await pool.query(query);
  answers[name] = { fields: result.fields.map((field) => [field.name, field.dataTypeID]), rows: result.rows };
}

await ask("version", "SELECT version(), current_database(), current_user");
await ask("types", {
  text: "SELECT oid, typname, typarray FROM pg_type WHERE typname = ANY($1) ORDER BY oid",
  values: [["int8", "numeric", "timestamptz", "jsonb"]],
});
await ask("columns", {
  text: `SELECT table_name, column_name, data_type, is_nullable, column_default
         FROM information_schema.columns WHERE table_schema = $1 ORDER BY table_name, ordinal_position`,
  values: ["public"],
});
await ask("settings", "SHOW standard_conforming_strings");
for (const id of [1, 2]) {
  await ask(`named ${id}`, { name: "order", text: "SELECT * FROM orders WHERE id = $1", values: [id] });
}
await ask("rows as arrays", { text: "SELECT id, price, in_stock FROM products ORDER BY id LIMIT 3", rowMode: "array" });
const client = await pool.connect();
await client.query("BEGIN READ ONLY");
answers.transaction = (await client.query("SELECT count(*) FROM customers")).rows;
await client.query("COMMIT");
client.release();
await pool.end();
console.log(JSON.stringify(answers));
