CREATE TABLE whole (id int NOT NULL, more int);
CREATE TABLE one (CHECK (id < 10)) INHERITS (whole);
CREATE INDEX ON whole (id);
CREATE INDEX ON one (id);
