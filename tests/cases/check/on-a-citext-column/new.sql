CREATE EXTENSION citext;
CREATE TABLE t (a citext CHECK (a <> 'x'), b citext[] CHECK (b @> '{y}'));
