CREATE DOMAIN level AS text CHECK (VALUE <> 'x');
CREATE FUNCTION takes(l level DEFAULT 'low', OUT a integer, OUT b level) LANGUAGE sql AS 'SELECT 1, l';
