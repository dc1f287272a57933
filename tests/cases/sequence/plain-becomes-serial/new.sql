CREATE SEQUENCE t_id_seq AS int; CREATE TABLE t (id int NOT NULL DEFAULT nextval('t_id_seq')); ALTER SEQUENCE t_id_seq OWNED BY t.id;
