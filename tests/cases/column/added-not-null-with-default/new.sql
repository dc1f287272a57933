CREATE TABLE t (id int, a text NOT NULL DEFAULT 'x', b timestamptz NOT NULL DEFAULT now());
