CREATE TYPE level AS ENUM ('high', 'mid', 'low');
CREATE FUNCTION weight(l level) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE TABLE t (id integer, l level DEFAULT 'low');
CREATE TABLE child (extra text) INHERITS (t);
