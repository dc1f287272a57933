CREATE DOMAIN low AS int;
CREATE DOMAIN high AS low;
CREATE TABLE t (cs high[]);
