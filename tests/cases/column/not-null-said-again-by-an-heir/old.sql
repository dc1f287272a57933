CREATE TABLE parent (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE heir (extra int) INHERITS (parent);
CREATE TABLE other (id int, name text NOT NULL) INHERITS (parent);
CREATE TABLE heir_of_heir () INHERITS (heir);
