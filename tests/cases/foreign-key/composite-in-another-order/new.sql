CREATE TABLE t (a int, b text, PRIMARY KEY (a, b));
CREATE TABLE u (x text, y int, FOREIGN KEY (x, y) REFERENCES t (b, a));
