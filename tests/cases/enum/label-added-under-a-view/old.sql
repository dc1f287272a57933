CREATE TYPE e AS ENUM ('a', 'b');
CREATE TABLE t (id int, c e);
CREATE VIEW v AS SELECT c FROM t WHERE c = 'a';
COMMENT ON VIEW v IS 'kept';
