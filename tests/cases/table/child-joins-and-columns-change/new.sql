CREATE TABLE t (id integer, note text, l integer DEFAULT 3);
CREATE TABLE child (id integer, note text, extra text) INHERITS (t);
