CREATE TABLE a (x int, s text) WITH (toast.autovacuum_enabled = off, fillfactor = 50);
CREATE TABLE b (x text) WITH (toast.autovacuum_enabled = off);
CREATE TABLE base (x int, s text);
CREATE TABLE heir () INHERITS (base) WITH (toast.autovacuum_enabled = off);
CREATE TABLE t (s text) WITH (toast.autovacuum_vacuum_threshold = 5, fillfactor = 50);
CREATE MATERIALIZED VIEW m WITH (fillfactor = 40, toast.autovacuum_vacuum_threshold = 5) AS SELECT s FROM t;
CREATE MATERIALIZED VIEW n WITH (toast.autovacuum_enabled = off) AS SELECT s FROM t;
CREATE MATERIALIZED VIEW o WITH (toast.autovacuum_enabled = on) AS SELECT s FROM t;
