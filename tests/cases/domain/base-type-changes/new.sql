CREATE DOMAIN d AS bigint;
CREATE TABLE t (id int, c d);
