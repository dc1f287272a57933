CREATE TABLE wide (c integer);
