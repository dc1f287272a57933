CREATE FUNCTION feq(point, point) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR === (FUNCTION = feq, LEFTARG = point, RIGHTARG = point);
CREATE VIEW v AS SELECT '(1,1)'::point === '(1,1)'::point AS x;
