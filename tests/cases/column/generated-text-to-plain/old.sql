CREATE TABLE t (a text, c text GENERATED ALWAYS AS (upper(a)) STORED);
CREATE INDEX t_c ON t (c);
