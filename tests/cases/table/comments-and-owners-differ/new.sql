CREATE TABLE t (a int);
ALTER TABLE t OWNER TO owner_b; COMMENT ON TABLE t IS 'new ''quoted'' \ text';
