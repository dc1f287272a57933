CREATE TABLE t (s text); CREATE INDEX i ON t USING btree (s) WHERE (s = ANY (ARRAY['a'::text, 'b'::text]));
