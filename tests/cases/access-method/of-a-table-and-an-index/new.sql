CREATE ACCESS METHOD "heap 2" TYPE TABLE HANDLER heap_tableam_handler;
CREATE ACCESS METHOD gist2 TYPE INDEX HANDLER gisthandler;
CREATE OPERATOR CLASS points DEFAULT FOR TYPE point USING gist2 AS OPERATOR 11 |>> (point, point), OPERATOR 1 << (point, point), FUNCTION 1 gist_point_consistent(internal, point, smallint, oid, internal), FUNCTION 2 gist_box_union(internal, internal), FUNCTION 3 gist_point_compress(internal), FUNCTION 5 gist_box_penalty(internal, internal, internal), FUNCTION 6 gist_box_picksplit(internal, internal), FUNCTION 7 gist_box_same(box, box, internal), FUNCTION 8 gist_point_distance(internal, point, smallint, oid, internal), FUNCTION 9 gist_point_fetch(internal), STORAGE box;
CREATE TABLE t (a int, b point) USING "heap 2";
CREATE INDEX i ON t USING gist2 (b);
