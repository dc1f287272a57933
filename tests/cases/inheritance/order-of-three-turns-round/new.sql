CREATE TABLE c (x integer, y integer);
CREATE TABLE b () INHERITS (c);
CREATE TABLE a () INHERITS (b);
