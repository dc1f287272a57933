CREATE TABLE t (s text, deleted bool);
CREATE UNIQUE INDEX i ON t (s) WHERE NOT deleted;
