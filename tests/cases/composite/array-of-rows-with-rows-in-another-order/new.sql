CREATE TYPE inside AS (b text, a text);
CREATE TYPE outside AS (x inside, n int);
CREATE TABLE t (v outside[]);
