CREATE TABLE b (id int, y text);
