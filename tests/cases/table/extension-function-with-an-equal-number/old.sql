CREATE EXTENSION hstore; CREATE EXTENSION ltree;
CREATE TABLE t (a hstore, b ltree);
