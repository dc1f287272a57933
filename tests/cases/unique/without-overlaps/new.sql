CREATE EXTENSION btree_gist;
CREATE TABLE rooms (id int, during daterange, CONSTRAINT rooms_key PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE guests (room int, stay daterange, UNIQUE (room, stay WITHOUT OVERLAPS), FOREIGN KEY (room, PERIOD stay) REFERENCES rooms (id, PERIOD during));
