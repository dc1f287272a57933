CREATE TABLE t (a int, b int);
ALTER TABLE t OWNER TO owner_a;
GRANT SELECT ON t TO reader; GRANT UPDATE (b) ON t TO reader;
