CREATE OPERATOR FAMILY fam USING btree;
ALTER OPERATOR FAMILY fam USING btree ADD OPERATOR 1 <(int, bigint), OPERATOR 3 =(int, bigint), FUNCTION 1 (int, bigint) btint48cmp(int, bigint); COMMENT ON OPERATOR FAMILY fam USING btree IS 'family';
