CREATE TABLE t (a int NOT NULL, b int);
ALTER TABLE t OWNER TO owner_a; GRANT SELECT (a) ON t TO reader; GRANT INSERT ON t TO reader; CREATE INDEX i ON t (b); COMMENT ON COLUMN t.a IS 'kept';
