CREATE TYPE gender AS ENUM ('m', 'f');
