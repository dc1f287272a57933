CREATE TABLE p (a int);
CREATE TABLE k (a int, b int);
