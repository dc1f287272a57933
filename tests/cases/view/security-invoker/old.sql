CREATE TABLE t (a int);
CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w WITH (security_invoker = true) AS SELECT a FROM t;
