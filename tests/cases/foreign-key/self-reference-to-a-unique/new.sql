CREATE TABLE t (id int PRIMARY KEY, code text UNIQUE, parent text REFERENCES t (code));
