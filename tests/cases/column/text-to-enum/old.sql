CREATE TYPE e AS ENUM ('a', 'b');
CREATE TABLE t (c text);
