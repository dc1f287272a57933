INSERT INTO s.t (a) VALUES (1), (2), (3);
