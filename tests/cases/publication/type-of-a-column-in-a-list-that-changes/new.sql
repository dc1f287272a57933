CREATE TABLE t (x int PRIMARY KEY, y bigint, z int);
CREATE TABLE u (x int PRIMARY KEY, y bigint);
CREATE PUBLICATION p FOR TABLE t (x, z), u (x, y);
