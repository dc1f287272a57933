INSERT INTO t VALUES (1, '{a,c}', '{{a,c},{c,a}}'), (2, '{}', NULL);
