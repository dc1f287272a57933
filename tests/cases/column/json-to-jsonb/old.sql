CREATE TABLE t (c json DEFAULT '{}');
CREATE INDEX t_c ON t ((c ->> 'a'));
