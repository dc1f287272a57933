CREATE TABLE whole (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE heir (c integer, b integer GENERATED ALWAYS AS (a * 22) STORED) INHERITS (whole);
