CREATE COLLATION mine (lc_collate = 'C', lc_ctype = 'C'); COMMENT ON COLLATION mine IS 'order'; CREATE TABLE t (a text COLLATE mine); CREATE INDEX i ON t (lower(a) COLLATE mine);
