CREATE TABLE t (a int, b int);
GRANT UPDATE ON t TO reader;
