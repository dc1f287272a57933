CREATE TABLE t (id int, n text, CONSTRAINT k PRIMARY KEY (id));
CREATE VIEW v AS SELECT count(*) AS c FROM t;
