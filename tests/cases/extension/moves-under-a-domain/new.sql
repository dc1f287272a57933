CREATE SCHEMA extensions;
CREATE EXTENSION citext SCHEMA extensions;
SET search_path = public, extensions;
CREATE DOMAIN mail AS citext CHECK (VALUE ~ '@');
CREATE TABLE users (mail mail);
