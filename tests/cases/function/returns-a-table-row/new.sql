CREATE TABLE t (a int); CREATE FUNCTION full_name(t) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT $1.a::text$$; CREATE INDEX i ON t (full_name(t));
