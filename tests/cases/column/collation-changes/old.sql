CREATE TABLE t (c text COLLATE "C");
CREATE INDEX t_c ON t (c);
