CREATE TABLE u (a int); CREATE TABLE t (a int DEFAULT 'u'::regclass::oid::int, CHECK (t IS NOT NULL));
