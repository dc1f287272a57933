CREATE EXTENSION hstore;
CREATE TABLE t (id int PRIMARY KEY, h hstore DEFAULT '', hs hstore[], CHECK (h ? 'k' OR true));
CREATE INDEX i ON t USING gin (h gin_hstore_ops);
CREATE VIEW v AS SELECT h -> 'k' AS k FROM t;
CREATE FUNCTION f(hstore) RETURNS hstore LANGUAGE sql AS 'SELECT $1';
REVOKE EXECUTE ON FUNCTION akeys(hstore) FROM PUBLIC;
