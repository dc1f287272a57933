CREATE TABLE t (a int, b int);
CREATE VIEW v WITH (security_invoker = on, security_barrier = true) AS SELECT a, b FROM t;
