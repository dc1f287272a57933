CREATE TABLE road (name text);
CREATE TABLE sh (surface text) INHERITS (road);
CREATE TABLE h472 (name text);
