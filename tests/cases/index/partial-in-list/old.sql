CREATE TABLE t (s text); CREATE INDEX i ON t (s) WHERE s IN ('a', 'b');
