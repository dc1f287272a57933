CREATE TABLE parts (a integer, b integer NOT NULL CONSTRAINT low CHECK (b < 9)) PARTITION BY RANGE (a);
CREATE TABLE one (a integer, b integer);
CREATE TABLE whole (a integer, b integer NOT NULL CONSTRAINT low2 CHECK (b < 9));
CREATE TABLE heir (a integer, b integer);
CREATE TABLE single (a integer, b integer);
CREATE TABLE other (a integer, b integer);
CREATE TABLE follower () INHERITS (other);
