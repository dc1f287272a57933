CREATE TABLE a (id int PRIMARY KEY, note text);
CREATE TABLE z (id bigint PRIMARY KEY, note text);
CREATE PUBLICATION p FOR TABLE a (id) WHERE (id > 1), z WHERE (id > 1);
