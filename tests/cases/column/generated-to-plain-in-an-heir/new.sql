CREATE TABLE t (id integer, g integer);
CREATE TABLE child (extra text) INHERITS (t);
