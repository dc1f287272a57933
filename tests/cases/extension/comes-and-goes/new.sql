CREATE SCHEMA ext;
CREATE EXTENSION hstore SCHEMA ext; CREATE TABLE t (a ext.hstore DEFAULT ''::ext.hstore); CREATE INDEX i ON t USING gist (a);
