CREATE TABLE t (a text, b int, c int[], d inet);
CREATE UNIQUE INDEX i1 ON t (a COLLATE "C" DESC NULLS LAST, b ASC NULLS FIRST) WHERE b > 0;
CREATE INDEX i2 ON t USING brin (b) WITH (pages_per_range = 16);
CREATE INDEX i3 ON t USING hash (b);
CREATE INDEX i4 ON t USING gin (c) WITH (fastupdate = off);
CREATE INDEX i5 ON t (a) WITH (fillfactor = 70, deduplicate_items = off);
CREATE INDEX i6 ON t USING spgist (d);
