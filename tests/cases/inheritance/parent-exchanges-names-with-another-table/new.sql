CREATE TABLE depth0 ();
CREATE TABLE depth1 (c integer) INHERITS (depth0);
CREATE TABLE depth2 () INHERITS (depth1);
ALTER TABLE depth0 ADD c integer;
CREATE TABLE other (a integer, b integer);
ALTER TABLE other RENAME TO swap; ALTER TABLE depth0 RENAME TO other; ALTER TABLE swap RENAME TO depth0;
