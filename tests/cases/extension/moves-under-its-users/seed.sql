INSERT INTO t VALUES (1, 'k=>v', '{"k=>v"}');
