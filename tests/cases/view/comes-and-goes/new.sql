CREATE TABLE t (a int, b int);
CREATE VIEW v (x, y) AS SELECT a, b FROM t; COMMENT ON VIEW v IS 'view'; COMMENT ON COLUMN v.x IS 'col'; ALTER VIEW v OWNER TO owner_a; GRANT SELECT ON v TO reader; GRANT SELECT (x) ON v TO owner_a;
