CREATE TABLE t (id integer, note text);
CREATE TABLE child (id integer, note text, extra text);
