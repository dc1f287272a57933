CREATE TABLE parts (a integer, b integer NOT NULL CONSTRAINT low CHECK (b < 9)) PARTITION BY RANGE (a);
CREATE TABLE one PARTITION OF parts FOR VALUES FROM (1) TO (5);
CREATE TABLE whole (a integer, b integer NOT NULL CONSTRAINT low2 CHECK (b < 9));
CREATE TABLE heir (a integer, b integer) INHERITS (whole);
CREATE TABLE single () INHERITS (whole);
CREATE TABLE other (a integer, b integer NOT NULL CONSTRAINT low3 CHECK (b < 9));
CREATE TABLE follower () INHERITS (other);
