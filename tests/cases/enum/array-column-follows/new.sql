CREATE TYPE e AS ENUM ('c', 'a');
CREATE TABLE t (id int PRIMARY KEY, tags e[] NOT NULL DEFAULT '{a}', matrix e[][]);
