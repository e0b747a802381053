-- Statements that write. In the form of queries.sql.
--- insert
INSERT INTO thing VALUES (1, 'a')
--- insert with columns
INSERT INTO person (id, email) VALUES (1, 'x'), (2, DEFAULT)
--- insert default values
INSERT INTO thing DEFAULT VALUES
--- insert fewer values than columns
INSERT INTO person VALUES (1, 'a')
--- insert of a query
INSERT INTO thing (label, id) SELECT name, id FROM person WHERE age > 3
--- insert into a partitioned table
INSERT INTO event (id, kind) SELECT id, kind FROM event_a
--- insert into a view
INSERT INTO v_person (id, mail) VALUES (1, 'x')
--- insert returning
INSERT INTO person (id) VALUES (1) RETURNING id, email AS e, name || 'x'
--- insert returning star
INSERT INTO thing VALUES (1) RETURNING *
--- insert returning a row
INSERT INTO thing AS t VALUES (1) RETURNING t, t.title
--- insert with a cte
WITH q AS (SELECT id, name FROM item) INSERT INTO thing SELECT * FROM q
--- insert with a cte of its own
INSERT INTO thing WITH q AS (SELECT id, name FROM item) SELECT * FROM q
--- insert into a table that a cte hides
WITH thing AS (SELECT id, name FROM person) INSERT INTO thing SELECT * FROM thing
--- insert into fields
INSERT INTO person (id, home.street, home.geo.x, tags[1]) VALUES (1, 'a', 2, 'x')
--- insert overriding
INSERT INTO person (id) OVERRIDING USER VALUE VALUES (1)
--- insert with casts
INSERT INTO person (id, mood, short, home) VALUES (1, 3, 'x', ROW('a', 'b', ROW(1, 2)))
--- insert of rows of several types
INSERT INTO person (id, mood) VALUES (1, 3), (2, 'sad')
--- insert into a domain's column
INSERT INTO orders (id, qty) SELECT id, age FROM person
--- conflict do nothing
INSERT INTO person (id) VALUES (1) ON CONFLICT DO NOTHING
--- conflict on columns
INSERT INTO person (id, name) VALUES (1, 'a') ON CONFLICT (email) DO NOTHING
--- conflict on an expression
INSERT INTO person (id) VALUES (1) ON CONFLICT (id) WHERE age > 3 DO NOTHING
--- conflict on a constraint
INSERT INTO orders (note) VALUES ('x') ON CONFLICT ON CONSTRAINT orders_pkey DO NOTHING
--- conflict do update
INSERT INTO person AS p (id, name) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET name = excluded.name, age = p.age + 1 WHERE p.boss = excluded.id
--- conflict with a column of both rows
INSERT INTO person (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET age = age + 1
--- conflict do update of several
INSERT INTO person (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET (name, email) = (SELECT label, excluded.email FROM thing)
--- conflict do update by row
INSERT INTO person (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = full_name(person), email = excluded::text
--- update
UPDATE person SET name = 'x' WHERE id = 3
--- update of all
UPDATE person SET age = age + 1
--- update from
UPDATE person p SET name = o.note FROM orders o WHERE o.person_id = p.id
--- update from a join
UPDATE person SET pay = t.price FROM orders o JOIN item t ON t.order_id = o.id WHERE o.person_id = person.id
--- update from itself
UPDATE person p SET name = q.name FROM person q WHERE q.id = p.boss
--- update of several
UPDATE person SET (name, email) = ('a', 'b'), (age, boss) = (SELECT id, order_id FROM item LIMIT 1)
--- update of a field
UPDATE person SET home.street = 'x', tags[2] = name, home.geo.x = age
--- update of several with casts
UPDATE person SET (short, mood) = (SELECT name, order_id FROM item LIMIT 1), (home, age) = ROW(ROW('a', 'b', NULL), 3)
--- update of a domain's field
UPDATE orders SET dest.street = note, dest.geo.x = qty
--- insert into a domain's field
INSERT INTO orders (id, dest.street, dest.zip) VALUES (1, 'a', 'b')
--- update by a case of a domain
UPDATE orders SET qty = CASE WHEN id > 1 THEN qty END
--- update with a default
UPDATE person SET name = DEFAULT
--- update with a cast
UPDATE person SET mood = age, short = name
--- update only
UPDATE ONLY thing SET label = 'x'
--- update of a view
UPDATE v_person SET mail = 'x' WHERE name = 'y'
--- update returning
UPDATE person p SET name = 'x' FROM orders o WHERE o.id = p.id RETURNING p.id, o.note, p.*
--- update with a cte
WITH q AS (SELECT id FROM item) UPDATE person SET name = 'x' FROM q WHERE q.id = person.id
--- update where exists
UPDATE person SET name = 'x' WHERE EXISTS (SELECT 1 FROM orders WHERE person_id = person.id)
--- delete
DELETE FROM person WHERE email = 'x'
--- delete of all
DELETE FROM person
--- delete using
DELETE FROM person p USING orders o, item i WHERE o.person_id = p.id AND i.order_id = o.id
--- delete using lateral
DELETE FROM person p USING orders o, LATERAL (SELECT o.id) l WHERE l.id = p.id
--- delete returning
DELETE FROM person WHERE id = 1 RETURNING name, (home).zip
--- delete only
DELETE FROM ONLY thing AS t WHERE t.label IS NULL
--- delete of a partition
DELETE FROM side.event_b WHERE payload IS NULL
--- writing ctes
WITH d AS (DELETE FROM person WHERE id = 1 RETURNING id, email) SELECT email FROM d
--- writing ctes together
WITH i AS (INSERT INTO thing SELECT id, name FROM person RETURNING id), u AS (UPDATE orders SET note = 'x' FROM i WHERE i.id = orders.id RETURNING orders.*) DELETE FROM item USING u WHERE item.id = u.id
--- merge from=15
MERGE INTO thing t USING person p ON p.id = t.id WHEN MATCHED THEN UPDATE SET label = p.name WHEN NOT MATCHED THEN INSERT VALUES (p.id, p.email)
--- merge with casts from=15
MERGE INTO person p USING item i ON i.id = p.id WHEN NOT MATCHED THEN INSERT (mood, short) VALUES (i.order_id, i.name)
--- merge with conditions from=15
MERGE INTO thing AS t USING (SELECT id, name FROM item) s ON s.id = t.id WHEN MATCHED AND t.label = s.name THEN DELETE WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED AND s.id > 3 THEN INSERT (id) VALUES (s.id)
--- merge with a cte from=15
WITH q AS (SELECT id FROM orders) MERGE INTO person USING q ON q.id = person.id WHEN MATCHED THEN UPDATE SET (name, age) = ('x', q.id)
--- merge with a join from=15
MERGE INTO thing USING item JOIN orders o ON o.id = item.order_id ON thing.id = item.id WHEN NOT MATCHED THEN INSERT (label) VALUES (o.note)
--- merge defaults from=15
MERGE INTO thing t USING person p ON true WHEN NOT MATCHED THEN INSERT DEFAULT VALUES
--- merge returning from=17
MERGE INTO thing t USING person p ON p.id = t.id WHEN MATCHED THEN DELETE RETURNING merge_action(), t.label, p.email, t.*
--- merge not matched by source from=17
MERGE INTO thing t USING person p ON p.id = t.id WHEN NOT MATCHED BY SOURCE AND t.label = 'x' THEN UPDATE SET label = 'y'
--- returning old and new from=18
UPDATE person SET name = 'x' RETURNING old.name, new.age, old, new.*
--- returning new of an insert from=18
INSERT INTO thing VALUES (1, 'a') RETURNING new.label, old.id
--- returning a table that is named old
WITH old AS (SELECT id AS email FROM item) DELETE FROM person USING old RETURNING old.email
--- unknown target
INSERT INTO nowhere VALUES (1)
--- unknown target column
INSERT INTO person (id, salary) VALUES (1, 2)
--- unknown column of an update
UPDATE person SET salary = 3
--- unknown column of a returning
DELETE FROM person RETURNING salary
--- target that is a cte
WITH q AS (SELECT 1 AS a) UPDATE q SET a = 2
--- excluded out of its place
INSERT INTO person (id) VALUES (1) ON CONFLICT (id) DO NOTHING RETURNING excluded.id
--- alias hides the target
UPDATE person p SET name = person.email
--- target in a subquery of from
UPDATE person SET name = q.n FROM (SELECT person.email AS n) q
--- target by a lateral subquery
DELETE FROM person USING LATERAL (SELECT person.email AS n) q
--- values see no target
INSERT INTO person (id, name) VALUES (1, email)
--- source columns in not matched by target from=15
MERGE INTO thing t USING person p ON p.id = t.id WHEN NOT MATCHED THEN INSERT VALUES (t.id, p.name)
--- old on servers that have none
UPDATE thing SET label = 'x' RETURNING old.label
