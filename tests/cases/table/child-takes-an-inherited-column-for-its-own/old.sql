CREATE TABLE t (id integer, note text);
CREATE TABLE child (extra text) INHERITS (t);
