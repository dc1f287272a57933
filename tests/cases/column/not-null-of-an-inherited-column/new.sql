CREATE TABLE a (x integer, y text);
CREATE TABLE b (z integer) INHERITS (a);
ALTER TABLE b ALTER x SET NOT NULL;
