CREATE SUBSCRIPTION s1 CONNECTION 'dbname=x' PUBLICATION a WITH (connect = false, slot_name = NONE);
CREATE TYPE sh;
