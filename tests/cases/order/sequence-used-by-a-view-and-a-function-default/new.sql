CREATE SEQUENCE s; CREATE TABLE t (a int DEFAULT nextval('s'), b int DEFAULT nextval('s'::text)); CREATE FUNCTION f(x bigint DEFAULT nextval('s')) RETURNS bigint LANGUAGE sql AS 'SELECT x';
