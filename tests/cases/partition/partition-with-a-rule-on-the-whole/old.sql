CREATE TABLE parts (a integer PRIMARY KEY, b integer);
