CREATE TYPE pair AS (id integer, name text, age integer, more date);
CREATE TABLE pairs OF pair (id WITH OPTIONS PRIMARY KEY, age WITH OPTIONS DEFAULT 1);
