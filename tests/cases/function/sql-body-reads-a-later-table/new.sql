CREATE TABLE z (a int); CREATE FUNCTION a() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM z'; CREATE TABLE b (n bigint DEFAULT a());
