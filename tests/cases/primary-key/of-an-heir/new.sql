CREATE TABLE t (id integer PRIMARY KEY, note text NOT NULL DEFAULT 'x');
CREATE TABLE child (note text, extra text) INHERITS (t);
ALTER TABLE child ADD CONSTRAINT child_pk PRIMARY KEY (id);
