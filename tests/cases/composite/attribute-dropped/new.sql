CREATE TYPE c AS (a int);
CREATE TABLE t (id int, x c);
