CREATE TABLE t (id integer, c bigint);
CREATE SEQUENCE made OWNED BY t.c;
CREATE SEQUENCE free OWNED BY t.id;
ALTER TABLE t OWNER TO telamon_other;
