CREATE TABLE t (a text, b int) PARTITION BY LIST (lower(a) COLLATE "C" text_pattern_ops);
CREATE TABLE t_1 PARTITION OF t FOR VALUES IN ('x');
