CREATE TABLE parts (id integer NOT NULL, k text NOT NULL, v integer);
CREATE TABLE one (id integer NOT NULL, k text NOT NULL, v integer);
