CREATE TABLE a (id serial PRIMARY KEY, n text UNIQUE); CREATE INDEX ON a (n, id);
