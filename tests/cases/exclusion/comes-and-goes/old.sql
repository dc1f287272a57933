CREATE EXTENSION btree_gist;
CREATE TABLE t (room int, during tstzrange);
