INSERT INTO child (x, y, k) VALUES (1, 2, 3);
