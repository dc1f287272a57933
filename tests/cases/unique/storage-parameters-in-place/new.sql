CREATE TABLE t (a int CONSTRAINT k PRIMARY KEY WITH (fillfactor = 70), b int CONSTRAINT u UNIQUE WITH (fillfactor = 80, deduplicate_items = off), c int, CONSTRAINT x EXCLUDE (c WITH =) WITH (fillfactor = 60) WHERE (c > 0));
CREATE TABLE f (b int CONSTRAINT fk REFERENCES t (b));
