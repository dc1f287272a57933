CREATE TABLE t (a int); ALTER TABLE t OWNER TO owner_a;
