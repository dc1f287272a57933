CREATE TABLE t (a int); ALTER TABLE t OWNER TO owner_a;
REVOKE ALL ON t FROM owner_a;
