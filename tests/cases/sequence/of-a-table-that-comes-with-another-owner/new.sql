CREATE TABLE t (a serial);
ALTER TABLE t RENAME TO u;
ALTER TABLE u OWNER TO sequence_owner;
