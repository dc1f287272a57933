CREATE SCHEMA s; SET search_path = s; CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM t'; CREATE VIEW v AS SELECT a FROM t; RESET search_path;
