CREATE TABLE "t " (" " int); CREATE TABLE "t" (a int); CREATE VIEW " v" AS SELECT " " FROM "t ";
