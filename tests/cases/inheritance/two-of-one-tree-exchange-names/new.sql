CREATE TABLE top (a integer, b integer, c integer);
CREATE TABLE middle (a integer, b integer, c integer);
CREATE TABLE low () INHERITS (middle);
ALTER TABLE middle INHERIT top;
ALTER TABLE top RENAME TO swap; ALTER TABLE middle RENAME TO top; ALTER TABLE swap RENAME TO middle;
