CREATE EXTENSION btree_gist;
CREATE TABLE t (room int, during tstzrange, CONSTRAINT x EXCLUDE USING gist (room WITH =, during WITH &&));
