CREATE TABLE t (x int PRIMARY KEY, y int, z int);
CREATE TABLE u (x int PRIMARY KEY, y int);
CREATE PUBLICATION p FOR TABLE t (x, y), u (x, y);
