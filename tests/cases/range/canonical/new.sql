CREATE TYPE r;
CREATE FUNCTION canon(r) RETURNS r LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE TYPE r AS RANGE (subtype = int, canonical = canon);
CREATE TABLE t (x r);
CREATE FUNCTION g(r) RETURNS r LANGUAGE sql AS 'SELECT $1';
