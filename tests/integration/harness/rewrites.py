# SPDX-License-Identifier: Apache-2.0
"""Statements that read what may not be read, and what somebody would write by hand who leaves it out.

on_denied `filter` leaves refused columns out, `null` has them as NULL; select_star_policy `expand_safe` writes
stars out."""

# way -> (on_denied, select_star_policy)
WAYS = {"filter": ("filter", "reject"), "null": ("null", "reject"), "star": ("reject", "expand_safe")}
ROW = "id, email, full_name"
NULLS = f"{ROW}, NULL::text AS password_hash, NULL::text AS ssn"

# (statement, as `filter` and `star` have it, as `null` has it). None: refused. "=": as the other.
CASES = [
    ("SELECT * FROM users", f"SELECT {ROW} FROM users", f"SELECT {NULLS} FROM users"),
    ("SELECT u.* FROM users AS u", f"SELECT {ROW} FROM users", f"SELECT {NULLS} FROM users"),
    ("SELECT public.users.* FROM public.users", f"SELECT {ROW} FROM users",
     f"SELECT {NULLS} FROM users"),
    ("SELECT users . * FROM public /* x */ . users", f"SELECT {ROW} FROM users",
     f"SELECT {NULLS} FROM users"),
    ("SELECT public.users.id, poldb.public.users.* FROM poldb.public.users",
     f"SELECT id, {ROW} FROM users", f"SELECT id, {NULLS} FROM users"),
    ("SELECT 'é', u.*, 1 FROM \"users\" u", f"SELECT 'é', {ROW}, 1 FROM users",
     f"SELECT 'é', {NULLS}, 1 FROM users"),
    ("SELECT a.*, b.id FROM users a JOIN users b ON b.id = a.id + 1",
     "SELECT a.id, a.email, a.full_name, b.id FROM users a JOIN users b ON b.id = a.id + 1",
     "SELECT a.id, a.email, a.full_name, NULL, NULL, b.id FROM users a JOIN users b ON b.id = a.id + 1"),
    ("SELECT * FROM users JOIN products USING (id)",
     "SELECT u.id, email, full_name, name, price, tags, attrs FROM users u JOIN products USING (id)",
     "SELECT u.id, email, full_name, NULL, NULL, name, price, tags, attrs"
     " FROM users u JOIN products USING (id)"),
    ("SELECT o.id, x.* FROM orders o, LATERAL (SELECT * FROM users u WHERE u.id = o.user_id) x",
     "SELECT o.id, u.id, email, full_name FROM orders o JOIN users u ON u.id = o.user_id",
     "SELECT o.id, u.id, email, full_name, NULL, NULL FROM orders o JOIN users u ON u.id = o.user_id"),
    ("WITH users AS (SELECT * FROM users) SELECT * FROM users", f"SELECT {ROW} FROM users",
     f"SELECT {NULLS} FROM users"),
    ("WITH x AS (SELECT * FROM users) SELECT id FROM x WHERE email LIKE 'user1%'",
     "SELECT id FROM users WHERE email LIKE 'user1%'", "="),
    ("SELECT email FROM users u WHERE EXISTS (SELECT * FROM users v WHERE v.id = u.id + 1)",
     "SELECT email FROM users u WHERE EXISTS (SELECT FROM users v WHERE v.id = u.id + 1)", "="),
    ("SELECT * FROM users_archive", f"SELECT {ROW}, archived_at FROM users_archive",
     f"SELECT {NULLS}, archived_at FROM users_archive"),
    ("SELECT * FROM webhooks", "SELECT id, url FROM webhooks", "SELECT id, url, NULL, NULL FROM webhooks"),
    ("SELECT * FROM users; SELECT * FROM webhooks",
     f"SELECT {ROW} FROM users; SELECT id, url FROM webhooks",
     f"SELECT {NULLS} FROM users; SELECT id, url, NULL, NULL FROM webhooks"),
    ("WITH RECURSIVE t AS (SELECT id, email FROM users WHERE id = 1 UNION ALL "
     "SELECT u.id, u.email FROM t, LATERAL (SELECT * FROM users) u "
     "WHERE u.id = t.id + 1 AND u.id < 5) TABLE t",
     "SELECT id, email FROM users WHERE id < 5", "="),
]
# Rows and positions: only `null` keeps them; `filter` does where no name is lost.
ROWS = [
    ("SELECT row_to_json(u) FROM users u", f"SELECT row_to_json(u) FROM (SELECT {ROW} FROM users) u",
     f"SELECT row_to_json(u) FROM (SELECT {NULLS} FROM users) u"),
    ("SELECT u::text FROM users u", f"SELECT u::text FROM (SELECT {ROW} FROM users) u",
     f"SELECT u::text FROM (SELECT {NULLS} FROM users) u"),
    ("SELECT count(u) FROM users u WHERE u.id < 9", "SELECT 8", "="),
    ("SELECT ssn FROM users", None, "SELECT NULL FROM users"),
    ("SELECT id FROM users WHERE ssn LIKE '9%'", None, "SELECT id FROM users WHERE false"),
    ("SELECT id, email FROM users ORDER BY ssn, id DESC", None,
     "SELECT id, email FROM users ORDER BY id DESC"),
    ("SELECT e FROM users AS u(a, b, c, d, e)", None, "SELECT NULL FROM users"),
    ("SELECT * FROM users UNION ALL SELECT * FROM users", None,
     f"SELECT {NULLS} FROM users UNION ALL SELECT {NULLS} FROM users"),
    ("SELECT DISTINCT ssn FROM users", None, "SELECT NULL"),
    ("SELECT v.id, (SELECT max(ssn) FROM users u WHERE u.id = v.id) FROM vendors v", None,
     "SELECT id, NULL FROM vendors"),
    ("SELECT (SELECT x.ssn FROM (SELECT u.*) x) FROM users u", None, "SELECT NULL FROM users"),
    ("SELECT k.user_id FROM kyc k JOIN users u USING (ssn)", None, "SELECT 1 WHERE false"),
    ("SELECT public.users.ssn, public.users.id FROM public.users", None, "SELECT NULL, id FROM users"),
    ("SELECT u.ssn, count(*) FROM users u GROUP BY u.ssn", None, "SELECT NULL, count(*) FROM users"),
]
# What no way can keep: another answer, or an error that names what the client did not write.
REFUSED = [
    "SELECT u.*, count(*) FROM users u JOIN orders o ON o.user_id = u.id GROUP BY u.id, u.ssn",
    "SELECT user_ref(u) FROM users u",
    "SELECT u.user_ref FROM users u",
    "SELECT u FROM users u FOR UPDATE",
    "SELECT tableoid, u FROM users u",
    "SELECT tax_ref FROM v_contact",
    "SELECT * FROM user_credentials",
    "COPY users TO STDOUT",
    "UPDATE users SET email = ssn WHERE id = 1",
    "DELETE FROM users u WHERE id = 1 RETURNING u",
    "INSERT INTO users (id) VALUES (90001) RETURNING ssn",
]


def wanted(case, way):
    statement, without, with_nulls = case
    if way != "null" or with_nulls == "=":
        return statement, without
    return statement, with_nulls
