CREATE TABLE parts (a integer, b integer) PARTITION BY RANGE (a);
CREATE TABLE one (a integer, b integer);
ALTER TABLE one ADD CONSTRAINT one_key PRIMARY KEY (a, b);
ALTER TABLE parts ADD PRIMARY KEY (a, b);
ALTER TABLE parts ATTACH PARTITION one FOR VALUES FROM (1) TO (5);
