CREATE TABLE parent (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE heir (extra int, NOT NULL id, NOT NULL name) INHERITS (parent);
CREATE TABLE other (id int NOT NULL, name text) INHERITS (parent);
CREATE TABLE heir_of_heir () INHERITS (heir);
