CREATE TABLE t (a int4 DEFAULT (1), b text DEFAULT 'x'::text, c boolean DEFAULT TRUE, d timestamp with time zone DEFAULT NOW(), e character varying(3) DEFAULT 'y'::varchar);
