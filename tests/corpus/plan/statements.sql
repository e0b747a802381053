SELECT * FROM orders WHERE id = 7
SELECT * FROM orders
SELECT * FROM orders LIMIT 10
SELECT * FROM orders LIMIT 10 OFFSET 50000
SELECT * FROM orders WHERE status = 'lost' LIMIT 1
SELECT count(*) FROM customers a, customers b
SELECT a.id FROM customers a, customers b
SELECT * FROM order_names WHERE id = 7
SELECT * FROM ledger_sums
SELECT * FROM notes WHERE id = 5
SELECT count(*) FROM notes
SELECT * FROM orders_of(5)
SELECT * FROM events
SELECT * FROM events WHERE day = '2024-03-03'
SELECT * FROM animals
SELECT c.id FROM customers c LEFT JOIN orders o ON o.id = c.id WHERE c.id = 3
SELECT c.id FROM customers c LEFT JOIN regions r ON r.region = c.region WHERE c.id = 3
SELECT * FROM customers WHERE region = 'r1' AND 1 = 0
SELECT * FROM fresh
SELECT * FROM fresh WHERE note = 'x'
SELECT table_name FROM information_schema.tables
SELECT viewname FROM pg_views
SELECT relname FROM pg_class WHERE relkind = 'r'
UPDATE orders SET status = 'x'
UPDATE orders SET status = 'x' WHERE id = 1
DELETE FROM events WHERE id = 5
INSERT INTO fresh SELECT id, name FROM customers
INSERT INTO regions VALUES ('x', 'y') ON CONFLICT (region) DO UPDATE SET manager = 'z' RETURNING *
WITH gone AS (DELETE FROM orders RETURNING id) SELECT 1
INSERT INTO with_rule VALUES (1)
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r
SELECT count(*) FROM generate_series(1, 300000000)
SELECT * FROM (SELECT * FROM orders OFFSET 0) s WHERE amount > (SELECT avg(amount) FROM orders)
SELECT name FROM customers WHERE EXISTS (SELECT FROM orders WHERE customer_id = customers.id) AND id < 10
MERGE INTO regions r USING customers c ON c.region = r.region AND c.id = 1 WHEN MATCHED THEN UPDATE SET manager = 'q'
CREATE TABLE made AS SELECT * FROM regions
DECLARE c CURSOR FOR SELECT * FROM regions
SELECT * FROM orders FOR UPDATE
SELECT region FROM regions UNION ALL SELECT manager FROM regions
TABLE ONLY regions
