CREATE AGGREGATE same(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
