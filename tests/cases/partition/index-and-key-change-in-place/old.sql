CREATE TABLE parts (id integer NOT NULL, k text NOT NULL, v bigint, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
CREATE TABLE one PARTITION OF parts FOR VALUES IN ('a', 'b');
CREATE INDEX parts_v ON parts (v DESC) WHERE id > 4;
