CREATE TABLE b (id int NOT NULL, n text, m int);
