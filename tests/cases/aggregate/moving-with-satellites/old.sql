CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE AGGREGATE "Odd ""name"(VARIADIC items anycompatiblearray) (SFUNC = array_cat, STYPE = anycompatiblearray, INITCOND = '{}');
CREATE AGGREGATE counted(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
COMMENT ON AGGREGATE counted(*) IS 'rows';
CREATE VIEW v AS SELECT total(x) AS t, counted(*) AS c FROM generate_series(1, 3) AS x;
COMMENT ON VIEW v IS 'view';
