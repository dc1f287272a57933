CREATE TYPE e AS ENUM ('a', 'b', 'c', 'c2', 'd', 'e');
CREATE TABLE t (c e);
