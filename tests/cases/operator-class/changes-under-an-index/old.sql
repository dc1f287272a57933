CREATE FUNCTION cmp(int, int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $2 - $1';
CREATE FUNCTION cmp8(int, bigint) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';
CREATE OPERATOR FAMILY fam USING btree;
CREATE OPERATOR CLASS down FOR TYPE int USING btree FAMILY fam AS OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 cmp(int, int);
ALTER OPERATOR FAMILY fam USING btree ADD OPERATOR 1 >(int, bigint), FUNCTION 1 (int, bigint) cmp8(int, bigint);
CREATE TABLE t (a int, b box);
CREATE INDEX i ON t (a down);
CREATE OPERATOR CLASS gone FOR TYPE box USING gist AS OPERATOR 3 && (box, box), FUNCTION 1 gist_box_consistent(internal, box, smallint, oid, internal), FUNCTION 2 gist_box_union(internal, internal), FUNCTION 5 gist_box_penalty(internal, internal, internal), FUNCTION 6 gist_box_picksplit(internal, internal), FUNCTION 7 gist_box_same(box, box, internal);
