CREATE TABLE a (x int);
CREATE TABLE b (x int);
CREATE TABLE base (x int);
CREATE TABLE heir () INHERITS (base);
CREATE TABLE t (s text) WITH (toast.autovacuum_enabled = off, fillfactor = 50);
CREATE MATERIALIZED VIEW m WITH (fillfactor = 30, toast.autovacuum_enabled = off) AS SELECT s FROM t;
CREATE MATERIALIZED VIEW n AS SELECT s FROM t;
