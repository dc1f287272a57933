INSERT INTO a (n) VALUES ('x'), ('y');
