CREATE TYPE e AS ENUM ('a', 'c');
CREATE TABLE t (id int PRIMARY KEY, c e);
