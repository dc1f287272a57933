CREATE EXTENSION pg_trgm;
CREATE TABLE t (a real DEFAULT show_limit(), b text);
