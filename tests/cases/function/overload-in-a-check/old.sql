CREATE FUNCTION ok(i integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT i > 0';
CREATE DOMAIN positive AS integer CONSTRAINT fine CHECK (ok(VALUE));
CREATE TABLE t (id integer CHECK (ok(id)));
