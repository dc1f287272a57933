CREATE TABLE whole (a integer);
CREATE FUNCTION fine(whole) RETURNS boolean LANGUAGE sql AS 'SELECT true';
ALTER TABLE whole ADD CONSTRAINT ok CHECK (fine(whole.*));
