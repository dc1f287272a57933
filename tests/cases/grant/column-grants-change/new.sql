CREATE TABLE t (a int, "B" int);
GRANT SELECT ("B"), INSERT (a, "B") ON t TO reader; GRANT REFERENCES ("B") ON t TO writer WITH GRANT OPTION;
