CREATE TABLE t (a text) WITH (fillfactor = 80, parallel_workers = 2, toast.autovacuum_enabled = off, toast_tuple_target = 256);
