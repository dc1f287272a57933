CREATE TABLE t (id integer, c bigint);
ALTER TABLE t OWNER TO telamon_other;
CREATE SEQUENCE free;
