CREATE TYPE later;
COMMENT ON TYPE later IS 'not yet';
