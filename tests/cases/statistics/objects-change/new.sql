CREATE SCHEMA s;
CREATE TABLE t (a bigint, b int, c text);
CREATE STATISTICS kept (dependencies) ON a, b FROM t;
CREATE STATISTICS s.changed (ndistinct) ON a, c FROM t;
CREATE STATISTICS target (mcv) ON a, b FROM t;
CREATE STATISTICS expr ON (a + b), lower(c) FROM t;
ALTER STATISTICS expr SET STATISTICS 7;
CREATE STATISTICS "Added" ON b, c FROM t;
COMMENT ON STATISTICS kept IS 'l';
