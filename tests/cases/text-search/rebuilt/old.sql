CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple, accept = 'false', stopwords = 'english');
CREATE TEXT SEARCH DICTIONARY e (TEMPLATE = snowball, language = 'english', stopwords = 'english');
CREATE TEXT SEARCH CONFIGURATION c (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION c ALTER MAPPING FOR asciiword WITH d, simple;
CREATE TABLE t (a text, b tsvector GENERATED ALWAYS AS (to_tsvector('public.c', a)) STORED);
CREATE INDEX t_b ON t USING gin (b);
