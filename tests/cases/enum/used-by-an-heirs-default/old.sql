CREATE TYPE level AS ENUM ('low', 'mid', 'high', 'top');
CREATE FUNCTION weight(l level) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE TABLE t (id integer, l level DEFAULT 'low', g bigint GENERATED ALWAYS AS (weight(l)) STORED);
CREATE TABLE child (extra text) INHERITS (t);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
