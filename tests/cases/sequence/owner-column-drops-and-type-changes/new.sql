CREATE TABLE t (id text NOT NULL, a int);
