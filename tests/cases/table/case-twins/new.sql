CREATE TABLE users (id int);
CREATE TABLE "Users" (id int, a text); CREATE TABLE "USERS" (id int);
