CREATE TABLE t (id bigint PRIMARY KEY, n int);
CREATE TABLE u (t_id bigint REFERENCES t);
CREATE VIEW v AS SELECT id FROM t;
CREATE INDEX u_t ON u (t_id);
