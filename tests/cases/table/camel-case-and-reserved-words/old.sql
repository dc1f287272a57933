CREATE TABLE "camelCase" ("user" int, "order" text);
