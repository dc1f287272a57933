CREATE COLLATION "Mine" (locale = 'POSIX');
COMMENT ON COLLATION "Mine" IS 'order';
CREATE DOMAIN d AS text COLLATE "Mine";
CREATE TYPE c AS (x text COLLATE "Mine");
CREATE TYPE r AS RANGE (subtype = text, collation = "Mine");
CREATE TABLE t (id int, a text COLLATE "Mine", b varchar(10) COLLATE "Mine", d d, c c, r r);
CREATE INDEX t_a ON t (a);
CREATE INDEX t_b ON t (lower(b));
CREATE VIEW v AS SELECT a COLLATE "Mine" AS a, b FROM t ORDER BY b;
