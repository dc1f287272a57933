CREATE TABLE t (a text, b int, c int[], d inet);
CREATE INDEX i1 ON t (a); CREATE INDEX i2 ON t (b); CREATE INDEX i3 ON t (b); CREATE INDEX i4 ON t (c); CREATE INDEX i5 ON t (a) WITH (fillfactor = 50);
