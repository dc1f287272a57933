CREATE TABLE t (a int, b int, c int);
CREATE STATISTICS gone ON a, b FROM t; CREATE STATISTICS same (ndistinct) ON a, b FROM t;
