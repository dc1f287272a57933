CREATE TYPE c AS (a int, "B c" text);
COMMENT ON TYPE c IS 'type';
COMMENT ON COLUMN c."B c" IS 'attribute';
GRANT USAGE ON TYPE c TO reader;
ALTER TYPE c OWNER TO owner_a;
