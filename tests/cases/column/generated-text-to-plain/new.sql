CREATE TABLE t (a text, c text);
CREATE INDEX t_c ON t (c);
