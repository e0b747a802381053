// SPDX-License-Identifier: Apache-2.0
// What the clients in JavaScript share; see checks.py.
import fs from "node:fs";

// What a second connection asks until the first one's statement runs.
export const running = (mark) => `SELECT count(*)::int AS n FROM pg_stat_activity WHERE state = 'active'
  AND wait_event = 'PgSleep' AND query LIKE '%/* ${mark} */%' AND pid <> pg_backend_pid()`;

export const tls = () => {
  if ((process.env.PGSSLMODE ?? "disable") === "disable") return false;
  return { ca: fs.readFileSync(process.env.PGSSLROOTCERT, "utf8") };
};

const plain = (key, value) => (typeof value === "bigint" ? `${value}n` : value);

export async function run(checks) {
  for (const check of checks) {
    let answer;
    try {
      answer = await check();
    } catch (error) {
      answer = { raised: `${error.stack}` };
    }
    console.log(JSON.stringify({ check: check.name, answer }, plain));
  }
}

// What of an error is PostgreSQL's.
export const told = (error) => ["code", "severity", "message", "detail", "hint", "position",
  "constraint", "constraint_name", "table", "table_name", "where"].map((name) => error[name] ?? null);
