CREATE SCHEMA s; CREATE TABLE s.t (a int);
CREATE PUBLICATION one FOR TABLES IN SCHEMA s, public WITH (publish = 'insert, delete', publish_via_partition_root = true); CREATE PUBLICATION two; COMMENT ON PUBLICATION two IS 'empty'; ALTER PUBLICATION two OWNER TO owner_a;
