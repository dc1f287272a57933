CREATE TABLE t (a int, b int, c int);
CREATE STATISTICS same (ndistinct, mcv) ON a, b, (c + 1) FROM t; ALTER STATISTICS same SET STATISTICS 50;
CREATE STATISTICS e ON (a + b) FROM t; COMMENT ON STATISTICS e IS 'expression';
