CREATE TABLE u (id int PRIMARY KEY);
CREATE TABLE t (a int, b int DEFAULT 3 REFERENCES u CHECK (b > 0));
CREATE INDEX t_b ON t (b); CREATE INDEX t_ab ON t (a, b);
COMMENT ON COLUMN t.b IS 'gone';
GRANT SELECT (b) ON t TO reader;
