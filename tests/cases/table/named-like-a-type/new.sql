CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('x');
CREATE TABLE "text" (a int, b pg_catalog.text); CREATE TABLE mood (a s.mood, b "text"); CREATE TABLE "int4" (x int);
