CREATE TABLE a (x integer CONSTRAINT pos CHECK (x > 0), n integer DEFAULT 1 NOT NULL CHECK (n > 0));
CREATE TABLE b (x integer, y integer CONSTRAINT ypos CHECK (y > 0));
CREATE TABLE child (k integer, x integer NOT NULL) INHERITS (b);
