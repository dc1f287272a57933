CREATE TABLE other (id integer PRIMARY KEY);
CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, b integer REFERENCES other, c date, a text);
CREATE TABLE child (t integer REFERENCES t);
CREATE INDEX t_a ON t (a);
CREATE VIEW v AS SELECT a, b FROM t;
COMMENT ON COLUMN t.a IS 'first';
