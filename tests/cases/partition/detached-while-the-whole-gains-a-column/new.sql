CREATE TABLE parts (a integer, b text, c serial) PARTITION BY RANGE (a);
CREATE TABLE one (a integer, b text, c integer NOT NULL DEFAULT nextval('parts_c_seq'));
