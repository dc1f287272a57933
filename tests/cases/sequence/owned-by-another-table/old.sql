CREATE SEQUENCE s; CREATE TABLE a (x int DEFAULT nextval('s')); CREATE TABLE b (x int DEFAULT nextval('s'));
ALTER SEQUENCE s OWNED BY a.x;
