INSERT INTO other VALUES (7); INSERT INTO t (a, b) VALUES ('x', 7), ('y', NULL); INSERT INTO child VALUES (1);
