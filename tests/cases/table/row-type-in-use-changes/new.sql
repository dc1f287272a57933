CREATE TABLE base (id bigint PRIMARY KEY, name varchar(40));
CREATE TABLE holder (b base, name text);
CREATE TABLE heap_of (bs base[]);
CREATE VIEW names AS SELECT (b).name FROM holder;
