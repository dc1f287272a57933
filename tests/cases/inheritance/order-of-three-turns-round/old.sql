CREATE TABLE a (x integer, y integer);
CREATE TABLE b () INHERITS (a);
CREATE TABLE c () INHERITS (b);
