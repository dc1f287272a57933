CREATE TABLE whole (b integer, a integer GENERATED ALWAYS AS IDENTITY);
CREATE TABLE heir () INHERITS (whole);
