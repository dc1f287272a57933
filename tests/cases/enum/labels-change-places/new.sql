CREATE TYPE e AS ENUM ('b', 'a');
CREATE TABLE t (id int PRIMARY KEY, c e);
CREATE INDEX t_c ON t (c);
