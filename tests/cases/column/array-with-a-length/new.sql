CREATE TABLE t (id int, a varchar(20)[], b numeric(5, 1)[], c bit(3)[], d timestamp(2)[]);
