CREATE TABLE h472 (name text);
CREATE TABLE sh () INHERITS (h472);
CREATE TABLE road (name text);
