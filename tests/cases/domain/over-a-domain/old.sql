CREATE DOMAIN low AS int;
CREATE DOMAIN high AS low CONSTRAINT high_c CHECK (VALUE < 100);
CREATE TABLE t (c high, cs high[]);
