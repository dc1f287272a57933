CREATE TABLE t (a text, b tsvector); CREATE INDEX i ON t (a text_pattern_ops); CREATE INDEX j ON t USING gist (b tsvector_ops (siglen = 100));
