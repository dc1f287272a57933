CREATE FUNCTION ok(i integer, j integer DEFAULT 3) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT i > j';
CREATE DOMAIN positive AS integer CONSTRAINT fine CHECK (ok(VALUE));
CREATE TABLE t (id integer CHECK (ok(id)));
