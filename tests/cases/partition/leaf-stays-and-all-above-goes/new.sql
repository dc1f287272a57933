CREATE TABLE leaf (a integer NOT NULL);
