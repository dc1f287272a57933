CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT t.a, b FROM public.t WHERE b IN ('x', 'y') AND a IS NOT NULL;
