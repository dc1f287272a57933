CREATE TABLE whole (z integer);
CREATE TABLE heir (c integer) INHERITS (whole);
