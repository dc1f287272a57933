CREATE FUNCTION feq(point, point) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR === (FUNCTION = feq, LEFTARG = point, RIGHTARG = point, COMMUTATOR = ===, NEGATOR = !==, RESTRICT = eqsel, JOIN = eqjoinsel); CREATE OPERATOR !== (FUNCTION = feq, LEFTARG = point, RIGHTARG = point, NEGATOR = ===); CREATE OPERATOR !!@ (FUNCTION = pg_catalog.abs, RIGHTARG = int); COMMENT ON OPERATOR === (point, point) IS 'same';
CREATE VIEW v AS SELECT '(1,1)'::point === '(1,1)'::point AS x;
