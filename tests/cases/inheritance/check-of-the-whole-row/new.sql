CREATE TABLE whole (a integer);
CREATE TABLE heir (b integer) INHERITS (whole);
