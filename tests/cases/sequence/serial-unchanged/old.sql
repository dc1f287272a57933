CREATE SCHEMA s;
CREATE TABLE s.t (a serial, b bigserial, c smallserial);
CREATE TABLE u (id serial);
ALTER SEQUENCE u_id_seq RENAME TO other;
