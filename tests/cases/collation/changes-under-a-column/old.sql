CREATE COLLATION mine (lc_collate = 'C', lc_ctype = 'C');
CREATE TABLE t (a text COLLATE mine);
