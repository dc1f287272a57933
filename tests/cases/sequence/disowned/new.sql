CREATE SCHEMA s; CREATE TABLE s.t (id serial, a int);
ALTER SEQUENCE s.t_id_seq OWNED BY NONE;
