CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext;
CREATE TABLE t (a ext.citext CHECK (a OPERATOR(ext.<>) 'x'), b ext.hstore DEFAULT ext.hstore('a', 'b')); CREATE VIEW v AS SELECT a OPERATOR(ext.=) 'y'::ext.citext AS q, b OPERATOR(ext.->) 'a' AS r FROM t;
