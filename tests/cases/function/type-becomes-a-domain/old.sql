CREATE TYPE level AS ENUM ('high', 'mid', 'low');
CREATE FUNCTION takes(l level DEFAULT 'low', OUT a integer, OUT b level) LANGUAGE sql AS 'SELECT 1, l';
