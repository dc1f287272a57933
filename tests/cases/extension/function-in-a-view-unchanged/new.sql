CREATE EXTENSION ltree; CREATE TABLE t (path ltree);
CREATE VIEW v AS SELECT nlevel(path) AS n FROM t WHERE path <@ 'a.b';
