INSERT INTO t VALUES (1, 'a'); INSERT INTO child VALUES (2, 'b', 'c');
