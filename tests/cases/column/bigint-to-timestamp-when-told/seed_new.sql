INSERT INTO t VALUES (to_timestamp(0));
