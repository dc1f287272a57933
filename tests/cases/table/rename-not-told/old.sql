CREATE TABLE a (id int, x text);
