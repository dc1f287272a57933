CREATE TABLE a (id int, n varchar(5));
