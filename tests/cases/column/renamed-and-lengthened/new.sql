CREATE TABLE t (id int, b varchar(20) NOT NULL DEFAULT '');
