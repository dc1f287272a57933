CREATE TYPE e AS ENUM ('it''s', 'a,b', E'back\\slash', '{x}', E'new\nline', '', '"q"');
CREATE TABLE t (c e[] DEFAULT '{it''s}');
