CREATE TABLE t (a int DEFAULT 1, b text DEFAULT 'x', c bool DEFAULT true, d timestamptz DEFAULT now(), e varchar(3) DEFAULT 'y');
