CREATE FUNCTION fin(numeric, int) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION add(numeric, int) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE FUNCTION sub(numeric, int) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE AGGREGATE total(x int) (
  SFUNC = add, STYPE = numeric, SSPACE = 64, FINALFUNC = fin, FINALFUNC_EXTRA, FINALFUNC_MODIFY = SHAREABLE,
  INITCOND = '1', MSFUNC = add, MINVFUNC = sub, MSTYPE = numeric, MSSPACE = 128, MFINALFUNC = fin,
  MFINALFUNC_EXTRA, MFINALFUNC_MODIFY = READ_WRITE, MINITCOND = '2', PARALLEL = RESTRICTED
);
CREATE AGGREGATE "Odd ""name"(VARIADIC items anycompatiblearray) (SFUNC = array_cat, STYPE = anycompatiblearray, INITCOND = '{}', PARALLEL = SAFE);
CREATE AGGREGATE counted(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0', COMBINEFUNC = int8pl);
COMMENT ON AGGREGATE counted(*) IS 'all rows';
COMMENT ON AGGREGATE total(int) IS E'it''s \\ odd';
REVOKE ALL ON FUNCTION counted() FROM PUBLIC;
CREATE VIEW v AS SELECT total(x) AS t, counted(*) AS c FROM generate_series(1, 3) AS x;
COMMENT ON VIEW v IS 'view';
