CREATE TABLE t (id int PRIMARY KEY, n text);
CREATE VIEW v AS SELECT id, n, count(*) AS c FROM t GROUP BY id, n;
