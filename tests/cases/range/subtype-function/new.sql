CREATE FUNCTION tdiff(a text, b text) RETURNS float8 IMMUTABLE LANGUAGE sql AS 'SELECT 1.0::float8';
CREATE TYPE r AS RANGE (subtype = text, collation = "C", subtype_diff = tdiff);
COMMENT ON TYPE r IS 'range';
