CREATE FUNCTION diff(numeric, numeric) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT ($1 - $2)::float8';
CREATE TYPE span AS RANGE (SUBTYPE = numeric, SUBTYPE_DIFF = diff);
CREATE TABLE spans (during span);
