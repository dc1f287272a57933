CREATE TABLE t (a text, b varchar(30) NOT NULL);
