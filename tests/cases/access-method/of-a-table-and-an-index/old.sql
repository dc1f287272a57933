CREATE TABLE t (a int, b point);
CREATE INDEX i ON t USING gist (b);
