# SPDX-License-Identifier: Apache-2.0
"""Records plans.jsonl and plan.catalog.json: `record.py PORT POSTERN [MAJOR]`, with schema.sql loaded
into database plans of a throwaway server on 127.0.0.1:PORT (user postgres, trust).

With MAJOR only the plans of that version are added, to plans.MAJOR.jsonl.
"""

import json
import pathlib
import subprocess
import sys

import psycopg

HERE = pathlib.Path(__file__).parent
CONFIG = """
databases:
  - {{name: plans, host: 127.0.0.1, port: {port}, dbname: plans, user: postgres, pool_mode: session,
      mode: permissive, access_policy: {{allowed_schemas: [public, hidden]}}}}
"""


def main(port, postern, major=""):
    texts = [line.rstrip("\n") for line in (HERE / "statements.sql").read_text().splitlines()]
    out = HERE / (f"plans.{major}.jsonl" if major else "plans.jsonl")
    with psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="plans") as connection:
        connection.autocommit = True
        connection.execute("ANALYZE customers, orders, regions, members, events_2023, events_2024,"
                           " animals, dogs, notes, hidden.tenants, hidden.ledger")
        connection.execute("SET ROLE plan_reader")
        with out.open("w") as lines:
            for text in texts:
                if not text or text.startswith("--"):
                    continue
                sql = text.removeprefix("!")
                rows = connection.execute("EXPLAIN (VERBOSE, FORMAT JSON) " + sql).fetchall()
                lines.write(json.dumps({"sql": sql, "plan": rows[0][0]}) + "\n")
    if major:
        return
    config = HERE / "record.yaml"
    config.write_text(CONFIG.format(port=port))
    dumped = subprocess.run([postern, "catalog", "dump", "--config", config, "--database", "plans"],
                            check=True, capture_output=True, text=True)
    (HERE / "plan.catalog.json").write_text(dumped.stdout)
    config.unlink()


main(*sys.argv[1:])
