CREATE TABLE t (a int, b int);
GRANT UPDATE (a) ON t TO reader;
