INSERT INTO t VALUES (1, '[1,5)', '{[1,2),[3,4)}', ARRAY['[1,2)'::r, NULL], ARRAY['{[1,2)}'::rs], '[7,8)', ROW('[1,2)', '{[1,2)}'));
