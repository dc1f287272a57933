CREATE SCHEMA "a.b"; CREATE TYPE "a.b"."E e" AS ENUM ('a'); CREATE TABLE "a.b"."T""t" ("C c" int, "drop" "a.b"."E e"); CREATE SEQUENCE "a.b"."S'";
