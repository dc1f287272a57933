CREATE TABLE t (a int);
CREATE MATERIALIZED VIEW m WITH (fillfactor = 60, autovacuum_enabled = off) AS SELECT a FROM t WITH NO DATA; CREATE INDEX i ON m (a);
