CREATE TABLE t (id int, c text DEFAULT 'x');
