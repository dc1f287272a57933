CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE cats (mood mood);
CREATE TABLE dogs (mood mood DEFAULT 'glad');
