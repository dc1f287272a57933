INSERT INTO t (id, a, c) VALUES (1, 2, 3);
