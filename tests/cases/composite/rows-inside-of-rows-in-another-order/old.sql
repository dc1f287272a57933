CREATE TYPE inside AS (a text, b text);
CREATE DOMAIN named AS inside;
CREATE TYPE outside AS (x inside, n int, y named);
CREATE TABLE t (v outside, w named);
