-- What PostgreSQL refuses: names that are not there or mean two things. In the form of queries.sql.
--- unknown table
SELECT 1 FROM nowhere
--- unknown schema
SELECT 1 FROM nowhere.person
--- table of another schema
SELECT 1 FROM side.orders
--- quoted name in the wrong case
SELECT 1 FROM "Person"
--- unknown column
SELECT salary FROM person
--- unknown column of an alias
SELECT p.salary FROM person p
--- column of a hidden name
SELECT person.name FROM person p
--- dropped column
SELECT gone FROM orders
--- unquoted mixed case
SELECT ID, Id, "ID" FROM "Mixed Case"
--- ambiguous column
SELECT id FROM person, orders
--- ambiguous column after a join
SELECT name FROM person JOIN item USING (id)
--- ambiguous column of a subquery
SELECT a FROM (SELECT id AS a, name AS a FROM person) q
--- ambiguous table
SELECT p.id FROM person p, item p
--- ambiguous schema-qualified tables
SELECT person.id FROM person, side.person
--- unknown column in using
SELECT 1 FROM person JOIN item USING (email)
--- system column in using
SELECT 1 FROM person JOIN item USING (ctid)
--- ambiguous column in using
SELECT 1 FROM (person CROSS JOIN thing) JOIN item USING (id)
--- unknown function
SELECT nothing(id) FROM person
--- function with other arguments
SELECT span(name) FROM person
--- function of another schema
SELECT public.hidden(id) FROM person
--- function of another row
SELECT o.full_name FROM orders o
--- unknown field
SELECT (home).town FROM person
--- field of a row by the name that its alias hides
SELECT (t).id FROM thing t(a)
--- function of a row by the name that its alias hides
SELECT id(t) FROM thing t(a)
--- unknown field of a subquery's row
SELECT (q).email FROM (SELECT id FROM person) q
--- unknown operator
SELECT name === id FROM person
--- operator of another schema
SELECT id OPERATOR(public.+) name FROM person
--- operator of types
SELECT 1 FROM person WHERE name = id
--- unknown type
SELECT id::nothing FROM person
--- unknown collation
SELECT name COLLATE "nowhere" FROM person
--- function that fits twice
SELECT twice(id::int2) FROM person
--- operator that fits twice
SELECT ~ 'x'
--- named argument that is not there
SELECT span(a => 1, d => 2)
--- alias in where
SELECT id AS a FROM person WHERE a = 1
--- alias in having
SELECT count(*) AS n FROM person HAVING n > 1
--- alias in an ordering expression
SELECT id AS a FROM person ORDER BY a + 1
--- order by an inner column of a union
SELECT id FROM person UNION SELECT id FROM item ORDER BY name
--- not lateral
SELECT 1 FROM person p, (SELECT p.id) q
--- lateral to the right
SELECT 1 FROM LATERAL (SELECT p.id) q, person p
--- lateral in a full join
SELECT 1 FROM person p FULL JOIN LATERAL (SELECT p.id) q ON true
--- join condition out of scope
SELECT 1 FROM person p, orders o JOIN item i ON i.id = p.id
--- names behind a join alias
SELECT p.id FROM (person p JOIN item i USING (id)) AS j
--- column behind a column alias
SELECT p.id FROM person p(a)
--- merged column by a join's column
SELECT x.name FROM person p JOIN item i USING (id) AS x
--- cte of a later one
WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a
--- cte out of scope
SELECT * FROM (WITH q AS (SELECT 1) SELECT * FROM q) x, q
--- cte column by its old name
WITH q(a) AS (SELECT id FROM person) SELECT id FROM q
--- cte by a schema
WITH q AS (SELECT 1) SELECT * FROM public.q
--- window that is not there
SELECT sum(id) OVER w FROM person
--- too few columns for aliases
SELECT 1 FROM thing t(a, b, c)
--- set operation of different widths
SELECT id, name FROM person UNION SELECT id FROM item
--- star without tables
SELECT *
--- limit of an own column
SELECT id FROM person LIMIT age
--- system column of a view
SELECT ctid FROM v_person
--- system column of a subquery
SELECT q.ctid FROM (SELECT id FROM person) q
--- composite column without brackets
SELECT home.street FROM person
--- star of what is no row
SELECT (id).* FROM person
--- unknown column in values
SELECT * FROM (VALUES (id)) v
--- aggregate of an unknown column
SELECT sum(p.nothing) FROM person p
--- type of an argument
SELECT mood_text(name) FROM person
--- column of another level of a cte
SELECT (WITH q AS (SELECT nothing) SELECT 1 FROM q) FROM person
--- subquery in from of an outer alias
SELECT 1 FROM orders o WHERE EXISTS (SELECT 1 FROM person p, (SELECT p.id) q)
