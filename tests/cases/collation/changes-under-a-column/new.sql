CREATE COLLATION mine (lc_collate = 'POSIX', lc_ctype = 'POSIX');
CREATE TABLE t (a text COLLATE mine);
