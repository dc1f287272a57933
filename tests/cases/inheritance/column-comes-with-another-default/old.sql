CREATE TABLE whole (b integer);
CREATE TABLE heir () INHERITS (whole);
CREATE TABLE parts (k integer) PARTITION BY LIST (k);
CREATE TABLE part PARTITION OF parts DEFAULT;
