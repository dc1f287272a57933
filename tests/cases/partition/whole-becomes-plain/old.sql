CREATE TABLE parts (id integer NOT NULL, k text NOT NULL, v bigint) PARTITION BY LIST (k);
CREATE TABLE one (id integer NOT NULL, k text NOT NULL, v bigint);
ALTER TABLE parts ATTACH PARTITION one FOR VALUES IN ('a', 'b');
CREATE TABLE other PARTITION OF parts DEFAULT;
