CREATE AGGREGATE s(int) (SFUNC = int4pl, STYPE = int, INITCOND = '1', SORTOP = >);
CREATE VIEW v AS SELECT s(x) AS y FROM generate_series(1, 3) AS x;
