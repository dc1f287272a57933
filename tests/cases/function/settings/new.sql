CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = '' SET role = 'reader' SET "DateStyle" = 'ISO, DMY' SET my.own = 'a''b' AS 'SELECT 1';
CREATE FUNCTION g() RETURNS int LANGUAGE sql SET search_path = "$user", public, "a b" AS 'SELECT 1';
