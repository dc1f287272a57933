CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple, accept = 'true'); CREATE TEXT SEARCH CONFIGURATION c (COPY = simple);
CREATE TABLE t (a text, b tsvector GENERATED ALWAYS AS (to_tsvector('public.c', a)) STORED);
