CREATE TABLE a (x int, y text); CREATE TABLE b (r a, rs a[]);
