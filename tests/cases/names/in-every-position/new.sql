CREATE SCHEMA "s.""1"; CREATE TYPE "s.""1"."e'%s" AS ENUM ('a'); CREATE DOMAIN "s.""1"."d {0}" AS int CONSTRAINT "c ""q""" CHECK (VALUE > 0);
CREATE TABLE "s.""1"."t
new line" ("c.1" int, "c""2" "s.""1"."e'%s", "%(x)s" "s.""1"."d {0}" DEFAULT 1, "sp ace" int GENERATED ALWAYS AS IDENTITY, CONSTRAINT "p;k" PRIMARY KEY ("c.1"), CONSTRAINT "--" CHECK ("c.1" > 0));
CREATE INDEX "/* i */" ON "s.""1"."t
new line" ("c""2"); CREATE VIEW "s.""1"."v'" AS SELECT "c.1" AS "a""b" FROM "s.""1"."t
new line"; CREATE FUNCTION "s.""1"."f$$"("p ""1" int) RETURNS int LANGUAGE sql AS 'SELECT "p ""1"'; CREATE SEQUENCE "s.""1"."q'";
COMMENT ON COLUMN "s.""1"."t
new line"."c.1" IS 'x'; GRANT SELECT ("c.1") ON "s.""1"."t
new line" TO reader; COMMENT ON CONSTRAINT "c ""q""" ON DOMAIN "s.""1"."d {0}" IS 'y'; CREATE TABLE u (x int CONSTRAINT "f""k" REFERENCES "s.""1"."t
new line");
