CREATE TABLE top (a integer, b integer, c integer);
CREATE TABLE middle (a integer, b integer, c integer);
CREATE TABLE low () INHERITS (middle);
ALTER TABLE middle INHERIT top;
