INSERT INTO t VALUES (1, 'a', now()), (2, 'zz', now()); INSERT INTO u VALUES (1, 'x'), (2, NULL);
