CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (x int); CREATE INDEX i ON a.t (x);
CREATE TABLE b.t (x int, y int); CREATE INDEX i ON b.t (y);
