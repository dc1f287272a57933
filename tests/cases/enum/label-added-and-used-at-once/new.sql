CREATE TYPE e AS ENUM ('a', 'b', 'c');
CREATE TABLE t (id int, c e DEFAULT 'c', CONSTRAINT t_c CHECK (c <> 'c'));
