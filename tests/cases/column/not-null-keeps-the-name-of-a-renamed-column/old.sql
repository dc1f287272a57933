CREATE TABLE t (a integer NOT NULL, z integer);
