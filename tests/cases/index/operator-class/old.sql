CREATE TABLE t (a text, b tsvector); CREATE INDEX i ON t (a); CREATE INDEX j ON t USING gist (b);
