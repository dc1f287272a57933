CREATE TABLE b (a bigint, CONSTRAINT c CHECK (a > 0));
CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0));
CREATE TABLE u (a bigint, CONSTRAINT c CHECK (a > 0));
