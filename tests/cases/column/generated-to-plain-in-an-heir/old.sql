CREATE TABLE t (id integer, g integer GENERATED ALWAYS AS (id * 2) STORED);
CREATE TABLE child (extra text) INHERITS (t);
