CREATE TABLE parts (id integer NOT NULL, k text NOT NULL, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
CREATE TABLE one (id integer NOT NULL, k text NOT NULL);
