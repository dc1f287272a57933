CREATE TABLE t (id integer, note text);
CREATE TABLE child (note text, extra text) INHERITS (t);
