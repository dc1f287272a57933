CREATE TABLE t (a int);
CREATE VIEW v WITH (security_invoker = on) AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM t;
