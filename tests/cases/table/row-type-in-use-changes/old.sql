CREATE TABLE base (id int PRIMARY KEY, name text);
CREATE TABLE holder (b base, name text);
CREATE TABLE heap_of (bs base[]);
CREATE VIEW names AS SELECT (b).name FROM holder;
