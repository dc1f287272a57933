CREATE TEXT SEARCH TEMPLATE "Tpl" (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = "Tpl", stopwords = 'english');
CREATE TEXT SEARCH DICTIONARY e (TEMPLATE = snowball, language = 'german');
CREATE TEXT SEARCH PARSER p (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH CONFIGURATION c (PARSER = p);
ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR asciiword, word WITH d, e;
COMMENT ON TEXT SEARCH DICTIONARY d IS 'words';
CREATE TABLE t (a text, b tsvector GENERATED ALWAYS AS (to_tsvector('public.c', a)) STORED);
CREATE INDEX t_b ON t USING gin (b);
