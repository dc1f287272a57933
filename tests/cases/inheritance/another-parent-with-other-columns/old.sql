CREATE TABLE a (x integer CONSTRAINT pos CHECK (x > 0));
CREATE TABLE b (x integer, y integer CONSTRAINT ypos CHECK (y > 0));
CREATE TABLE child (k integer) INHERITS (a);
