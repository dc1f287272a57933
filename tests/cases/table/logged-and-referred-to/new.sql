CREATE TABLE t (id integer PRIMARY KEY);
CREATE TABLE refers (t integer REFERENCES t);
