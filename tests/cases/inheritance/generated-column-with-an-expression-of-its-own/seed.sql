INSERT INTO heir (a, c) VALUES (1, 2);
