CREATE TABLE t (c jsonb DEFAULT '{}');
CREATE INDEX t_c ON t ((c ->> 'a'));
