CREATE TYPE person AS (id integer, name text);
CREATE TABLE persons OF person (name NOT NULL DEFAULT 'nobody');
