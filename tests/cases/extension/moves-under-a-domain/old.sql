CREATE SCHEMA extensions;
CREATE EXTENSION citext;
CREATE DOMAIN mail AS citext CHECK (VALUE ~ '@');
CREATE TABLE users (mail mail);
