CREATE TABLE t (a integer NOT NULL, z integer);
ALTER TABLE t RENAME a TO b;
