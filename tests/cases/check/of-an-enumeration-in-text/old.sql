CREATE TABLE t (a varchar(3), CONSTRAINT t_a_check CHECK (a IN ('x', 'y')));
