CREATE SCHEMA s;
CREATE TABLE s.t (id serial PRIMARY KEY, n smallserial);
