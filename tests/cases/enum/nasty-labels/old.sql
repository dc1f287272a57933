CREATE TYPE e AS ENUM ('it''s');
CREATE TABLE t (c e[] DEFAULT '{it''s}');
