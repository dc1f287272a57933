CREATE TYPE i AS (a int);
CREATE TYPE o AS (x i, y i[]);
CREATE FUNCTION f(p o) RETURNS i LANGUAGE sql AS 'SELECT (p).x';
