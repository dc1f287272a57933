CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('x');
CREATE TABLE "text" (a int); CREATE TABLE mood (a s.mood);
