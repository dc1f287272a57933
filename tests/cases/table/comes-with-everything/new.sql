CREATE TABLE p (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), p_id bigint NOT NULL REFERENCES p ON DELETE CASCADE,
  name varchar(40) NOT NULL DEFAULT '' CHECK (name <> 'x'), amount numeric(12, 2), tags text[], at timestamptz DEFAULT now(), UNIQUE (p_id, name));
CREATE INDEX t_at ON t (at DESC);
COMMENT ON TABLE t IS 'a table'; COMMENT ON COLUMN t.name IS 'a column'; COMMENT ON INDEX t_at IS 'an index';
ALTER TABLE t OWNER TO owner_a;
GRANT SELECT, INSERT ON t TO reader; GRANT UPDATE (name) ON t TO reader;
