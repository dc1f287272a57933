SET check_function_bodies = off;
CREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS 'DECLARE r gone%ROWTYPE; BEGIN RETURN 1; END';
