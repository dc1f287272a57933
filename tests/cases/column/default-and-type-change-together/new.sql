CREATE TABLE t (id int, c int DEFAULT 1);
