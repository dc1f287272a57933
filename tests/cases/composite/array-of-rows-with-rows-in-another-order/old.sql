CREATE TYPE inside AS (a text, b text);
CREATE TYPE outside AS (x inside, n int);
CREATE TABLE t (v outside[]);
