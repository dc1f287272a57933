CREATE TABLE t (a int, b int, c text);
CREATE UNIQUE INDEX i ON t (a, coalesce(b, 0));
CREATE INDEX fts ON t USING gin (to_tsvector('english', c));
CREATE INDEX long ON t ((c || 'a literal that is long enough to be cut by whoever cuts literals at some length, as it happens to be done, with ''quotes'' and more words until the line is full'));
