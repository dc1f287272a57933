CREATE TABLE a (x integer, y integer);
CREATE TABLE child (k integer);
