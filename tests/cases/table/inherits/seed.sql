INSERT INTO k (a, b) VALUES (1, 2);
