CREATE TYPE e AS ENUM ('b', 'd');
CREATE TABLE t (c e);
