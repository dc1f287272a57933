CREATE TABLE t (id int, n text, PRIMARY KEY (id) INCLUDE (n));
CREATE VIEW v AS SELECT id, n, count(*) AS c FROM t GROUP BY id, n;
