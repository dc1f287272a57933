CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $q1$
BEGIN
  RETURN $$a$$ || $_$b$_$ || $function$c$function$ || E'\\ \'' || $body$d$body$;
END;
$q1$;
