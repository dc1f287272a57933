CREATE TABLE a (id bigint PRIMARY KEY, note text);
CREATE TABLE z (id int PRIMARY KEY, note text);
CREATE PUBLICATION p FOR TABLE a, z;
