CREATE TABLE t (a int CHECK (a > 0), b int, CHECK (a < b), CHECK (b > 2));
