CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE t (a bigint, b varchar(9), c bigint);
ALTER TABLE t ALTER a SET STATISTICS 6, ALTER a SET (n_distinct_inherited = 5), ALTER b SET STORAGE MAIN, ALTER b SET STATISTICS 6;
CREATE TABLE u (a int);
