CREATE TABLE all_rows (id int NOT NULL, tags jsonb) PARTITION BY RANGE (id);
CREATE TABLE one PARTITION OF all_rows FOR VALUES FROM (0) TO (10);
CREATE INDEX ON all_rows (id);
