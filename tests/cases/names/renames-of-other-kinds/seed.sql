INSERT INTO t VALUES (ROW(1, 'a'), ARRAY[ROW(1, 'b')::c], '{1}', 1);
