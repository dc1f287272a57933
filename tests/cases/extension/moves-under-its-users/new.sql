CREATE SCHEMA ext;
GRANT USAGE ON SCHEMA ext TO PUBLIC;
CREATE EXTENSION hstore SCHEMA ext;
CREATE TABLE t (id int PRIMARY KEY, h ext.hstore DEFAULT '', hs ext.hstore[], CHECK (h OPERATOR(ext.?) 'k' OR true));
CREATE INDEX i ON t USING gin (h ext.gin_hstore_ops);
CREATE VIEW v AS SELECT h OPERATOR(ext.->) 'k' AS k FROM t;
CREATE FUNCTION f(ext.hstore) RETURNS ext.hstore LANGUAGE sql AS 'SELECT $1';
REVOKE EXECUTE ON FUNCTION ext.akeys(ext.hstore) FROM PUBLIC;
