CREATE TABLE all_rows (id int NOT NULL, more int);
CREATE TABLE one (CHECK (id < 10)) INHERITS (all_rows);
CREATE INDEX ON all_rows (id);
CREATE INDEX ON one (id);
