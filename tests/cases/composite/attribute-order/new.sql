CREATE TYPE c AS (z int, a text, m bool);
CREATE FUNCTION f() RETURNS c LANGUAGE sql AS $$SELECT ROW(1, 'a', true)::c$$;
