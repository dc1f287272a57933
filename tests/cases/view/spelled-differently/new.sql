CREATE TABLE t (a int, b text);
create view v as  select a, t.b from t  where (b = any (array['x', 'y'])) and a is not null;
