CREATE TYPE c AS (a int, "B c" text);
