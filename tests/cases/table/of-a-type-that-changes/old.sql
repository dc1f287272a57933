CREATE TYPE pair AS (id integer, name text);
CREATE TABLE pairs OF pair (id WITH OPTIONS PRIMARY KEY);
