CREATE TYPE inside AS (b text, a text);
CREATE DOMAIN named AS inside;
CREATE TYPE outside AS (x inside, n int, y named);
CREATE TABLE t (v outside, w named);
