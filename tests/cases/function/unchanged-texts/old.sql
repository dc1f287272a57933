CREATE FUNCTION a(IN x int, OUT y int, INOUT z text DEFAULT 'q') LANGUAGE plpgsql AS $body$
BEGIN
	y := x;   -- comment; with a semicolon
END
$body$;
CREATE FUNCTION b(VARIADIC v int[]) RETURNS TABLE (p int, "Q r" text) LANGUAGE sql ROWS 7 COST 3 STABLE PARALLEL SAFE AS $$ SELECT 1, '$x$' $$;
CREATE FUNCTION c() RETURNS SETOF record LANGUAGE sql LEAKPROOF STRICT SECURITY DEFINER SET search_path = pg_catalog, "My Schema" SET work_mem = '1MB' AS 'SELECT 1';
