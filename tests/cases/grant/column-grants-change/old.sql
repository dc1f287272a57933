CREATE TABLE t (a int, "B" int);
GRANT SELECT (a), UPDATE (a) ON t TO reader;
