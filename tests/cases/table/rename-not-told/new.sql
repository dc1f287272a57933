CREATE TABLE b (id int, x text);
