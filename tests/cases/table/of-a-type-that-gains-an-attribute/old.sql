CREATE TYPE person AS (id integer);
CREATE TABLE persons OF person;
