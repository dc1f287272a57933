CREATE TABLE parts (k integer, a integer, b integer GENERATED ALWAYS AS (a * 2) STORED) PARTITION BY LIST (k);
CREATE TABLE part PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE heap (a integer NOT NULL DEFAULT 4 CHECK (a > 3), b text DEFAULT 'whole');
CREATE TABLE heir (b text DEFAULT 'heir', c text) INHERITS (heap);
CREATE VIEW looks AS SELECT a, k FROM part;
CREATE INDEX part_a ON part (a);
