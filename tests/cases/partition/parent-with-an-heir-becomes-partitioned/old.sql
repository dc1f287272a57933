CREATE TABLE e (a integer, b text);
CREATE TABLE f (c integer) INHERITS (e);
