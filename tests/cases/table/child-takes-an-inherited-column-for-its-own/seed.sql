INSERT INTO t VALUES (1, 'a'); INSERT INTO child (id, note, extra) VALUES (2, 'b', 'c');
