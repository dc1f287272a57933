CREATE TABLE t (a int); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON t TO "Odd ""role"" name"; CREATE POLICY p ON t TO "Odd ""role"" name" USING (true); CREATE TABLE u (a int); ALTER TABLE u OWNER TO "Odd ""role"" name";
