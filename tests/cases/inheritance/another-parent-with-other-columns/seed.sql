INSERT INTO child (x, k) VALUES (1, 2);
