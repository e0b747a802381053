-- Queries by construct: "--- name" or "--- name from=MAJOR", then the text up to the next one.
--- star
SELECT * FROM person
--- star of one item
SELECT o.*, p.id FROM orders o, person p
--- schema-qualified star
SELECT public.person.* FROM public.person
--- database-qualified column
SELECT oracle.public.person.name FROM oracle.public.person
--- shadowed by search_path
SELECT id, name FROM item
--- of the other schema
SELECT sku FROM side.item
--- found later in the path
SELECT x, only_here.y FROM only_here
--- quoted names
SELECT "Id", "select", m.id FROM "Mixed Case" m
--- folded names
SELECT PERSON.NAME, Person."Key" FROM PeRsOn
--- unicode-escaped name
SELECT U&"n\0061me" FROM U&"p\0065rson"
--- table command
TABLE orders
--- only
SELECT label FROM ONLY thing
--- inheritance
SELECT t.tableoid, t.label FROM thing t
--- child
SELECT more, label FROM sub_thing
--- partitioned
SELECT kind FROM event WHERE at > now()
--- partition by name
SELECT payload -> 'a' FROM side.event_b
--- view
SELECT mail FROM v_person WHERE age > 3
--- view over a view
SELECT v.* FROM v_orders v
--- materialized view
SELECT price FROM m_item
--- whole row out of a view
SELECT (whole).email, whole FROM v_row
--- system columns
SELECT ctid, xmin, p.tableoid::regclass FROM person p WHERE cmax IS NULL
--- count of rows
SELECT count(*) FROM person
--- no columns
SELECT FROM person
--- exists with star
SELECT 1 WHERE EXISTS (SELECT * FROM orders)
--- alias hides name
SELECT p.name FROM person AS p
--- column aliases
SELECT a, b, p.email FROM person AS p(a, b)
--- column aliases swap names
SELECT name, id FROM item AS i(name, order_id, id)
--- alias like another table
SELECT orders.name FROM person AS orders
--- column named like a table
SELECT person, orders FROM shadow
--- column beats row
SELECT person FROM shadow, person
--- row of an alias
SELECT p FROM person p
--- row by star
SELECT p.*::text, length((p.*)::text) FROM person p WHERE p.* IS NOT NULL
--- row compared
SELECT 1 FROM thing a, thing b WHERE a = b
--- row is null
SELECT p IS NOT NULL FROM person p WHERE p IS DISTINCT FROM NULL
--- row to function
SELECT row_to_json(p), to_jsonb(p.*) FROM person p
--- field of a row
SELECT (p).email FROM person p
--- field of a row by a function
SELECT name(p), (p.*).id, id(p) FROM person p
--- row of a subquery
SELECT q, (q).id FROM (SELECT id, email FROM person) q
--- star of a row
SELECT (p).* FROM person p
--- star of a composite column
SELECT (home).*, ((home).geo).* FROM person
--- composite column
SELECT (home).street, (home).geo.x, (p.home).zip FROM person p
--- field beats function
SELECT (home).zip, zip(home) FROM person
--- column beats function
SELECT p.age, age(p) FROM person p
--- function as attribute
SELECT p.full_name, (p).full_name, full_name(p) FROM person p
--- function as attribute of a schema-qualified row
SELECT public.person.full_name FROM public.person
--- function of a parent's row
SELECT s.title, title(s) FROM sub_thing s
--- function of a view's row
SELECT v.initials FROM v_person v
--- function of a composite column
SELECT (at).area, (at).x, area(at) FROM item
--- function of a function's row
SELECT (pair_of(1)).b, (pair_of(id)).* FROM person
--- built-in function as attribute
SELECT (name).upper, (n.email).length FROM person n
--- domain over a composite
SELECT (dest).street, (dest).geo.y FROM orders
--- generated column
SELECT total2 FROM orders
--- dropped column
SELECT * FROM orders o(a, b, c)
--- subscripts
SELECT tags[1], tags[id:age], dims[id] FROM person JOIN item USING (id)
--- two-dimensional subscripts
SELECT grid[1][2], grid[1:2][1:1], grid[1][1:2] FROM item
--- json subscript
SELECT extra['a']['b'] FROM person
--- field of an element
SELECT (ARRAY[home])[1].street, (array_agg(p))[1].name FROM person p GROUP BY home
--- join on
SELECT p.id FROM person p JOIN orders o ON p.id = o.person_id AND o.total > 5
--- comma and join
SELECT a.id FROM person a, orders b JOIN item c ON b.id = c.order_id WHERE a.id = b.person_id
--- using
SELECT id, p.name, i.name FROM person p JOIN item i USING (id)
--- using in left join
SELECT id, p.id, i.id FROM person p LEFT JOIN item i USING (id)
--- using in right join
SELECT id, p.id FROM person p RIGHT JOIN item i USING (id)
--- using in full join
SELECT id FROM person p FULL JOIN item i USING (id)
--- using with a star
SELECT * FROM person p JOIN side.person s USING (id, name)
--- using of two types
SELECT name FROM person JOIN side.person AS sp USING (name)
--- using chained
SELECT id, name FROM item JOIN side.item s USING (id, name) JOIN thing USING (id)
--- using alias
SELECT j.id, p.name FROM person p JOIN item i USING (id) AS j
--- using alias as a row
SELECT j, j.* FROM person p JOIN item i USING (id, name) AS j
--- natural
SELECT name, email FROM person NATURAL JOIN item
--- natural left with a star
SELECT * FROM item NATURAL LEFT JOIN side.item
--- natural without common columns
SELECT 1 FROM doc NATURAL JOIN side.v_only
--- natural over a subquery with a system column's name
SELECT * FROM (SELECT 1 AS ctid, id FROM item) a NATURAL JOIN thing
--- join alias
SELECT j.email, j.price FROM (person JOIN item USING (id)) AS j
--- join alias with columns
SELECT a, j.b FROM (thing CROSS JOIN doc) AS j(a, b)
--- join alias as a row
SELECT j FROM (thing JOIN doc USING (id)) AS j
--- join alias hides
SELECT id FROM (SELECT id FROM thing) t CROSS JOIN (doc JOIN shadow USING (id)) AS j(i)
--- nested joins
SELECT p.id FROM person p LEFT JOIN (orders o JOIN item i ON i.order_id = o.id) ON o.person_id = p.id
--- cross join
SELECT p.name FROM person p CROSS JOIN item i WHERE i.price > 3
--- join on outer columns
SELECT (SELECT count(*) FROM item i JOIN orders o ON o.id = p.id) FROM person p
--- self join
SELECT a.name, b.name FROM person a JOIN person b ON a.boss = b.id
--- lateral subquery
SELECT l.n FROM person p, LATERAL (SELECT count(*) AS n FROM orders o WHERE o.person_id = p.id) l
--- lateral left join
SELECT l.* FROM person p LEFT JOIN LATERAL (SELECT p.name, o.note FROM orders o) l ON true
--- lateral over two levels
SELECT 1 FROM person p, LATERAL (SELECT 1 FROM item i, LATERAL (SELECT p.email, i.price) z) l
--- lateral function
SELECT t FROM person p, unnest(p.tags) t
--- lateral in a join's left side
SELECT 1 FROM orders o JOIN LATERAL (SELECT o.note) l ON l.note = o.note
--- not lateral binds outside
SELECT (SELECT q.v FROM orders o, (SELECT age AS v) q) FROM person
--- subquery in from
SELECT q.id FROM (SELECT id, name FROM person WHERE age > 3) q
--- subquery without alias from=16
SELECT id FROM (SELECT id FROM person)
--- unused columns of a subquery
SELECT q.id FROM (SELECT * FROM person) q
--- correlated
SELECT name FROM person p WHERE EXISTS (SELECT FROM orders WHERE person_id = p.id)
--- correlated without alias
SELECT (SELECT email FROM orders LIMIT 1) FROM person
--- inner name first
SELECT (SELECT name FROM item LIMIT 1) FROM person
--- scalar subquery
SELECT (SELECT max(total) FROM orders) AS m
--- array of a subquery
SELECT ARRAY(SELECT email FROM person ORDER BY born)
--- in subquery
SELECT id FROM person WHERE (id, name) IN (SELECT order_id, name FROM item)
--- any and all
SELECT id FROM person WHERE id = ANY (SELECT person_id FROM orders) OR age > ALL (ARRAY[1, boss])
--- row against subquery
SELECT id FROM person WHERE (id, age) = (SELECT 1, order_id FROM item LIMIT 1)
--- row comparison
SELECT 1 FROM person WHERE (id, name, age) < (1, email, boss)
--- row of user types
SELECT 1 FROM item WHERE (at, id) = (at, 3)
--- cte
WITH q AS (SELECT id, email FROM person) SELECT id FROM q
--- cte that is not used
WITH q AS (SELECT email FROM person) SELECT 1
--- cte named like a table
WITH orders AS (SELECT id FROM person) SELECT * FROM orders
--- cte does not hide a schema's
WITH orders AS (SELECT id FROM person) SELECT * FROM public.orders
--- cte reads the table it hides
WITH orders AS (SELECT note FROM orders) SELECT * FROM orders
--- cte with columns
WITH q(a, b) AS (SELECT id, email FROM person) SELECT b FROM q
--- cte sees earlier ones
WITH a AS (SELECT id FROM person), b AS (SELECT id FROM a) SELECT * FROM b, a
--- cte does not see later ones
WITH a AS (SELECT note FROM orders), orders AS (SELECT 1 AS note) SELECT a.note FROM a, orders
--- cte in a subquery
SELECT (WITH q AS (SELECT p.email) SELECT email FROM q) FROM person p
--- cte inner hides outer
WITH q AS (SELECT id FROM person) SELECT * FROM (WITH q AS (SELECT note FROM orders) SELECT * FROM q) x, q
--- cte materialized
WITH q AS MATERIALIZED (SELECT id FROM person), r AS NOT MATERIALIZED (SELECT id FROM q) SELECT 1 FROM r
--- cte as a row
WITH q AS (SELECT id, email FROM person) SELECT q, q.* FROM q
--- cte twice
WITH q AS (SELECT id, email FROM person) SELECT a.id FROM q a JOIN q b USING (id)
--- cte recursive
WITH RECURSIVE t(id, boss) AS (SELECT id, boss FROM person WHERE boss IS NULL
  UNION ALL SELECT p.id, p.boss FROM person p JOIN t ON p.boss = t.id) SELECT id FROM t
--- cte recursive that is not
WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT 2.5) SELECT twice(n) FROM t
--- cte recursive sees later ones
WITH RECURSIVE a AS (SELECT id FROM b), b AS (SELECT id FROM person) SELECT * FROM a
--- cte recursive with text
WITH RECURSIVE t AS (SELECT 'a' AS s UNION SELECT s || 'b' FROM t WHERE length(s) < 5) SELECT twice(s) FROM t
--- cte recursive in brackets
WITH RECURSIVE t AS ((SELECT id FROM person) UNION (SELECT t.id + 1 FROM t, item)) SELECT * FROM t
--- cte search
WITH RECURSIVE t AS (SELECT id, boss FROM person UNION ALL SELECT p.id, p.boss FROM person p, t)
  SEARCH DEPTH FIRST BY id SET place SELECT id, place FROM t ORDER BY place
--- cte search with a star
WITH RECURSIVE t AS (SELECT id, boss FROM person UNION ALL SELECT t.* FROM person p, t)
  SEARCH BREADTH FIRST BY id SET place SELECT * FROM t
--- cte cycle
WITH RECURSIVE t AS (SELECT id, boss FROM person UNION ALL SELECT t.* FROM person p, t)
  CYCLE id SET looped USING path SELECT looped, t.* FROM t
--- cte cycle with values
WITH RECURSIVE t AS (SELECT id FROM person UNION ALL SELECT t.id FROM t)
  CYCLE id SET looped TO 'y' DEFAULT 'n' USING path SELECT looped FROM t
--- cte of a recursive arm
WITH RECURSIVE t AS (SELECT id FROM person UNION ALL
  SELECT q.id FROM (WITH z AS (SELECT id FROM t) SELECT * FROM z) q) SELECT 1 FROM t
--- cte over values
WITH v(a, b) AS (VALUES (1, 'x'), (2, NULL)) SELECT a, twice(b) FROM v
--- union
SELECT id, name FROM person UNION SELECT id, sku FROM side.item
--- union all ordered by name
SELECT id AS a FROM person UNION ALL SELECT order_id FROM item ORDER BY a
--- union ordered by place
SELECT name, email FROM person UNION SELECT 'a', NULL ORDER BY 2, 1
--- intersect and except
SELECT id FROM person INTERSECT SELECT id FROM item EXCEPT ALL SELECT id FROM orders
--- union of types
SELECT twice(q.n) FROM (SELECT 1 AS n UNION ALL SELECT total FROM orders) q
--- union of literals
SELECT twice(q.a) FROM (SELECT NULL AS a UNION SELECT 'a' UNION SELECT name FROM person) q
--- union of points
SELECT at FROM item UNION SELECT at FROM spot
--- union in brackets with limit
(SELECT id FROM person ORDER BY born LIMIT 1) UNION ALL (SELECT id FROM item ORDER BY price)
--- union with a cte
WITH q AS (SELECT id FROM person) (SELECT id FROM q UNION SELECT id FROM orders) LIMIT 3
--- values
VALUES (1, 'a'), (2, NULL) ORDER BY column2
--- values of several types
SELECT twice(a), twice(b) FROM (VALUES ('1', '1'), (NULL, 'b'), (3, NULL)) v(a, b)
--- values with a row
SELECT v.* FROM thing t, LATERAL (VALUES (t.*), (1, 'b')) v
--- order by alias
SELECT id AS name FROM person ORDER BY name
--- order by expression over input
SELECT id AS name FROM person ORDER BY name || 'x'
--- order by qualified
SELECT id AS name FROM person ORDER BY person.name
--- order by what is not output
SELECT id FROM person ORDER BY born
--- order by output twice
SELECT id AS a, id AS a FROM person ORDER BY a
--- order by using
SELECT id FROM person ORDER BY name USING ~<~, id USING >
--- order by user type
SELECT id FROM item ORDER BY at
--- order by a row
SELECT id FROM thing t ORDER BY t
--- group by column before alias
SELECT max(id) AS email FROM person GROUP BY email
--- group by alias
SELECT upper(name) AS up, count(*) FROM person GROUP BY up
--- group by place
SELECT name, count(*) FROM person GROUP BY 1
--- group by key
SELECT id, email, name FROM person GROUP BY id
--- group by alias that an outer query has
SELECT (SELECT max(b.price) FROM (SELECT upper(i.name) AS email FROM item i GROUP BY email) x, item b) FROM person
--- group by alias beside an outer column
SELECT (SELECT upper(i.name) AS email FROM item i GROUP BY email LIMIT 1) FROM person
--- order by outer column
SELECT (SELECT i.name FROM item i ORDER BY email LIMIT 1) FROM person
--- grouping sets
SELECT name, age, grouping(name, age), sum(pay) FROM person GROUP BY GROUPING SETS ((name, age), (name), ())
--- rollup and cube
SELECT name, mood FROM person GROUP BY ROLLUP (name, (mood, age)), CUBE (boss)
--- group by distinct
SELECT name FROM person GROUP BY DISTINCT ROLLUP (name), ROLLUP (name, age)
--- having
SELECT name FROM person GROUP BY name HAVING max(age) > 3 AND bool_or(email LIKE 'a%')
--- having without group
SELECT 1 FROM person HAVING count(email) > 1
--- distinct
SELECT DISTINCT name, at FROM item
--- distinct on
SELECT DISTINCT ON (name, age) email FROM person ORDER BY name, age, born
--- distinct on alias
SELECT DISTINCT ON (born) name AS born FROM person
--- limit
SELECT id FROM person LIMIT (SELECT max(id) FROM item) OFFSET length('abc')
--- limit of an outer column
SELECT (SELECT i.id FROM item i LIMIT p.age) FROM person p
--- fetch with ties
SELECT id FROM person ORDER BY age FETCH FIRST 3 ROWS WITH TIES
--- window
SELECT rank() OVER (PARTITION BY name ORDER BY age DESC) FROM person
--- named window
SELECT sum(pay) OVER w, avg(age) OVER (w ROWS 2 PRECEDING) FROM person WINDOW w AS (PARTITION BY name ORDER BY born)
--- window names are no aliases
SELECT id AS born, row_number() OVER (ORDER BY born) FROM person
--- window frame
SELECT sum(id) OVER (ORDER BY born RANGE BETWEEN '1 day' PRECEDING AND interval '2 days' FOLLOWING) FROM person
--- window of a user type
SELECT count(*) OVER (PARTITION BY at ORDER BY at) FROM item
--- filter
SELECT count(*) FILTER (WHERE age > 3), sum(pay) FILTER (WHERE name = email) FROM person
--- aggregate with order and distinct
SELECT string_agg(name, ',' ORDER BY born), array_agg(DISTINCT at) FROM person JOIN item USING (name)
--- within group
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY age), mode() WITHIN GROUP (ORDER BY name) FROM person
--- user aggregates
SELECT total_of(id), middle(0.5) WITHIN GROUP (ORDER BY mood), total_of(DISTINCT age) FROM person
--- hypothetical set
SELECT rank(3, 'a') WITHIN GROUP (ORDER BY age, name) FROM person
--- aggregate of an outer query
SELECT (SELECT sum(p.age) FROM item LIMIT 1) FROM person p
--- user functions
SELECT twice(id), twice(name), twice(total), twice('x') FROM person JOIN orders USING (id)
--- overload by schema
SELECT side.twice(id), public.twice(id) FROM person
--- overload by conversion
SELECT twice(mood::text), twice(note), twice(1.5), twice(id::int8::int) FROM person JOIN orders USING (id)
--- defaults and named arguments
SELECT span(id), span(id, 2), span(a => id), span(1, c => name), hidden(b => name, a => 1) FROM person
--- old named arguments
SELECT span(a := id, b := age) FROM person
--- variadic
SELECT vsum(1, id), vsum(VARIADIC dims), vsum('a', 'b'), vsum(name, name, name) FROM item
--- variadic built-in
SELECT concat(name, id, price), format('%s', VARIADIC ARRAY[name]) FROM item
--- polymorphic
SELECT ident(name), first_of(dims), twice(ident(id)), twice(first_of(ARRAY[name])) FROM item
--- polymorphic with outputs
SELECT (poly(name)).one, twice(p.many[1]) FROM item, poly(price) p
--- function in from
SELECT * FROM people()
--- function in from as a row
SELECT people, people.name, (people).id FROM people()
--- function in from with alias
SELECT p.email, full_name FROM people() p, LATERAL (SELECT full_name(p)) z
--- function in from, table
SELECT r.id, r.name, one FROM person p, rows_of(p.age) r(id), rows_of(1) AS two(one, other)
--- function in from, scalar
SELECT n, n.n, twice(n) FROM generate_series(1, 3) AS n
--- function in from, scalar without alias
SELECT generate_series, twice FROM generate_series(1, 3), twice(3)
--- function in from, one output
SELECT only_one, x.only_one FROM one_out(1) x
--- function in from, domain and enum
SELECT m, mood_text(m) FROM moods() m
--- function in from, composite
SELECT x, s.y, (s).area FROM spots() s
--- function in from, definition list
SELECT r.a, b FROM any_rec() AS r(a int, b text), LATERAL (SELECT twice(a), twice(b)) z
--- function in from, ordinality
SELECT t, n, z.ordinality FROM person, unnest(tags) WITH ORDINALITY AS z(t), LATERAL (SELECT z.ordinality AS n) o
--- rows from
SELECT * FROM ROWS FROM (generate_series(1, 2), people(), any_rec() AS (a int, b text)) WITH ORDINALITY
--- unnest of several
SELECT a, b FROM item, unnest(dims, ARRAY[name, 'x']) AS u(a, b)
--- unnest of rows
SELECT x, u.name FROM unnest(ARRAY[(1, 2)::point_t]) p, unnest(ARRAY(SELECT i FROM item i)) u
--- cast in from
SELECT * FROM CAST('7' AS int) AS c, COALESCE(3, 4), current_date
--- function of a column in from
SELECT jsonb_array_elements, k.* FROM person, jsonb_array_elements(extra), jsonb_each(extra) k
--- json recordset
SELECT j.a FROM person, jsonb_to_recordset(extra) AS j(a int, b mood)
--- json populate
SELECT j.id, j.name FROM doc, json_populate_record(NULL::item, data) j
--- set-returning in targets
SELECT unnest(tags), generate_series(1, id), (people()).name FROM person
--- operators of users
SELECT name === email, ~~~name, note || note, home ## home, mood = name FROM person JOIN orders USING (id)
--- operators with a schema
SELECT id OPERATOR(side.+) name, id OPERATOR(pg_catalog.+) age FROM person
--- operator of a search_path
SELECT id + name FROM person
--- concatenation
SELECT name || 'x', 'a' || id, note || 'x', name || note FROM person JOIN orders USING (id)
--- like and similar
SELECT 1 FROM person WHERE name LIKE email OR name SIMILAR TO 'a|b' OR name ILIKE '%' || email ESCAPE '!' OR name ~ email
--- between
SELECT 1 FROM person WHERE age BETWEEN boss AND id OR born NOT BETWEEN SYMMETRIC '2020-01-01' AND now()
--- in list
SELECT 1 FROM person WHERE age IN (1, boss, 3) OR name NOT IN ('a', email) OR mood IN ('sad', 'fine')
--- in list of points
SELECT 1 FROM item WHERE at IN (at, ROW(1, 2)::point_t)
--- distinct from
SELECT 1 FROM person WHERE name IS DISTINCT FROM email AND NOT (age IS NOT DISTINCT FROM boss)
--- nullif and coalesce
SELECT NULLIF(name, email), COALESCE(age, boss, 0), GREATEST(age, boss), LEAST(name, email) FROM person
--- greatest of points
SELECT GREATEST(at, at), NULLIF(at, at) FROM item
--- case
SELECT CASE WHEN age > 3 THEN name WHEN boss = 1 THEN email ELSE 'x' END FROM person
--- case of a value
SELECT CASE age WHEN boss THEN 1 WHEN 3 THEN id END, CASE at WHEN at THEN 1 END FROM person JOIN item USING (id)
--- case of types
SELECT twice(CASE WHEN true THEN 1 ELSE total END), twice(COALESCE(NULL, id)) FROM orders
--- boolean tests
SELECT age > 3 IS TRUE, (name = 'a') IS NOT UNKNOWN, NOT (id = 1 AND boss = 2) FROM person
--- casts
SELECT id::text, CAST(name AS varchar(3)), age::numeric(4, 1), born::timestamp, '{1,2}'::int[] FROM person
--- casts of users
SELECT home::text, at::int, 3::mood, 'sad'::mood, at + 1 FROM person JOIN item USING (id)
--- casts to domains
SELECT age::positive, name::short_words, 5::positive, ROW('a', 'b', NULL)::home_t FROM person
--- casts to arrays of domains
SELECT ARRAY[age, 3]::positive[], tags::short_words[] FROM person
--- casts by a function's name
SELECT text(name), int4(pay), mood_text('sad'), bpchar(name) FROM person
--- casts of rows
SELECT ROW(id, name)::thing, (p).home::address FROM person p
--- named relation
SELECT 'person'::regclass, pg_relation_size('side.item'), to_regclass('orders')
--- collate
SELECT name COLLATE "C", email COLLATE pg_catalog."POSIX" FROM person ORDER BY name COLLATE "C"
--- at time zone
SELECT placed AT TIME ZONE 'UTC', EXTRACT(year FROM placed), date_part('day', placed) FROM orders
--- sql functions
SELECT substring(name FROM 2 FOR 3), trim(BOTH 'x' FROM name), position('a' IN name), overlay(name PLACING 'x' FROM 2),
  normalize(name), name IS NORMALIZED, COLLATION FOR (name), (born, born) OVERLAPS (born, born) FROM person
--- sql values
SELECT current_date, current_timestamp(2), localtime, current_user, session_user, current_schema, current_catalog
--- arrays
SELECT ARRAY[id, age], ARRAY[[1, id], [2, 3]], ARRAY[name, NULL], twice((ARRAY[id])[1]), '{}'::int[] || id FROM person
--- array operators
SELECT 1 FROM person WHERE name = ANY (tags) AND tags @> ARRAY[email] AND id <> ALL (ARRAY[1, 2])
--- rows
SELECT ROW(id, name), (id, age), ROW(p.*), ROW() FROM person p
--- tablesample
SELECT id FROM person TABLESAMPLE BERNOULLI (length('abc')) REPEATABLE (3)
--- tablesample of a partition
SELECT id FROM event e TABLESAMPLE system (10)
--- xml
SELECT xmlelement(NAME p, xmlattributes(id AS i), name), xmlforest(email, age AS a), xmlconcat(NULL, '<a/>'::xml),
  xmlserialize(CONTENT body AS text), body IS DOCUMENT, xmlparse(DOCUMENT name) FROM person JOIN doc USING (id)
--- xml aggregate
SELECT xmlagg(body ORDER BY id), xpath('/a', xmlagg(body)) FROM doc GROUP BY body::text
--- xmltable
SELECT t.a, b FROM doc d, XMLTABLE('/r' PASSING d.body COLUMNS a int PATH 'x', b text DEFAULT d.id::text, n FOR ORDINALITY) t
--- xmltable with namespaces
SELECT x.* FROM doc, XMLTABLE(XMLNAMESPACES('http://a' AS z), '/z:r' PASSING body COLUMNS m mood PATH '.', q positive) AS x
--- is json from=16
SELECT name IS JSON, name IS JSON OBJECT WITH UNIQUE KEYS FROM person
--- json constructors from=16
SELECT JSON_OBJECT('a': id, 'b' VALUE name NULL ON NULL RETURNING jsonb), JSON_ARRAY(id, name, age), JSON_ARRAY(SELECT total FROM orders) FROM person
--- json aggregates from=16
SELECT JSON_OBJECTAGG(name: id), JSON_ARRAYAGG(email ORDER BY born) FILTER (WHERE age > 1) FROM person
--- json functions from=17
SELECT JSON_VALUE(extra, '$.a' RETURNING int DEFAULT 3 ON EMPTY), JSON_QUERY(extra, '$.b' PASSING name AS x), JSON_EXISTS(extra, '$.c') FROM person
--- json scalars from=17
SELECT JSON(name), JSON_SCALAR(age), JSON_SERIALIZE(extra RETURNING text) FROM person
--- json_table from=17
SELECT j.*, p.name FROM person p, JSON_TABLE(p.extra, '$' PASSING age AS a COLUMNS (n FOR ORDINALITY, x int PATH '$.x',
  NESTED PATH '$.z[*]' COLUMNS (y mood PATH '$.y', has bool EXISTS))) j
--- where false
SELECT id FROM person WHERE false AND email = 'x'
--- row lock
SELECT id FROM person FOR UPDATE
--- row lock of one
SELECT p.id FROM person p JOIN orders o ON true FOR SHARE OF o
--- row lock through a subquery
SELECT id FROM (SELECT id, name FROM person) q FOR NO KEY UPDATE
--- string continuation and escapes
SELECT 'a'
  'b' AS s, E'\x41', $$x$$, B'101', X'1f', 1e3, 12345678901, 1.5, 0.5::float4 FROM person /* a /* nested */ one */ -- end
--- names of outputs
SELECT id + 1, name::text, upper(name), (home).street, tags[1], CASE WHEN true THEN 1 END, CASE WHEN true THEN 1 ELSE id END, 'x', 3::int, ARRAY[1], ROW(1), NULL, (SELECT id FROM item LIMIT 1), EXISTS (SELECT 1), COALESCE(id, 1), (pair_of(1)).b FROM person
--- types of numbers
SELECT twice(1), twice(1.0), twice(id + 1), twice(pay * 2), twice(- id), twice(total / 2) FROM person JOIN orders USING (id)
--- types through subqueries
SELECT twice(a), twice(b), twice(c) FROM (SELECT id, 'x', total FROM orders) q(a, b, c)
--- types through a scalar subquery
SELECT twice((SELECT max(total) FROM orders)), twice((SELECT 'x'))
--- types through aggregates
SELECT twice(min(name)), twice(max(id)), twice(sum(pay)), twice(string_agg(name, ',')) FROM person
--- types through windows
SELECT twice(lag(name) OVER w), twice(first_value(id) OVER w) FROM person WINDOW w AS (ORDER BY id)
--- types through json
SELECT twice(extra ->> 'a'), twice((extra ->> 'b')::int), twice(extra #>> '{a}') FROM person
--- catalogs
SELECT c.relname, n.nspname, format_type(a.atttypid, a.atttypmod) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.oid = 'person'::regclass
--- information schema
SELECT column_name FROM information_schema.columns WHERE table_name = 'person'
