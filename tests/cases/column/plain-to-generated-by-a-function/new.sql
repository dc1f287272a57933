CREATE FUNCTION twice(i integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2 * i';
CREATE TABLE t (id integer, g integer GENERATED ALWAYS AS (twice(id)) STORED);
