CREATE TABLE whole (b integer);
CREATE TABLE heir () INHERITS (whole);
