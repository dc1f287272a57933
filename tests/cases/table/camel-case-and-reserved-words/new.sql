CREATE TABLE "camelCase" ("user" int NOT NULL, "order" text DEFAULT 'x', "Select" int, CONSTRAINT "Table" UNIQUE ("user"), CONSTRAINT "check" CHECK ("Select" > 0));
CREATE INDEX "index" ON "camelCase" ("order"); CREATE TABLE "group" ("from" int REFERENCES "camelCase" ("user"));
COMMENT ON COLUMN "camelCase"."Select" IS 'x';
