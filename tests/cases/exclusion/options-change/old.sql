CREATE TABLE t (c circle, a int, CONSTRAINT x EXCLUDE USING gist (c WITH &&));
