CREATE TABLE t (a varchar(3) CHECK (a = ANY (ARRAY['x'::varchar, 'y'::varchar])));
