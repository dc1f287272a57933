CREATE TABLE t (a int); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE SCHEMA other; CREATE TABLE other.allowed (a int, who text); CREATE POLICY p ON t TO reader USING (EXISTS (SELECT FROM other.allowed x WHERE x.a = t.a AND x.who = current_user));
