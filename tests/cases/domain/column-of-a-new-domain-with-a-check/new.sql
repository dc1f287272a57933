CREATE DOMAIN level AS text CHECK (VALUE <> 'x');
CREATE TABLE t (id integer, l level);
