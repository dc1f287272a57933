CREATE SCHEMA auth; CREATE TABLE auth.users (id int);
