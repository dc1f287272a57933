CREATE TABLE b (id serial PRIMARY KEY, n text UNIQUE); CREATE INDEX ON b (n, id);
