CREATE TABLE p (a int DEFAULT 1); CREATE TABLE q (a int DEFAULT 1, b text); CREATE TABLE k (a int DEFAULT 5, c int) INHERITS (p, q);
