CREATE SEQUENCE s START 1; CREATE TABLE t (id int DEFAULT nextval('s'), a int);
