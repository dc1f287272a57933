GRANT SELECT ON pg_authid TO reader;
GRANT SELECT (rolname) ON pg_authid TO writer;
REVOKE SELECT ON information_schema.tables FROM PUBLIC;
REVOKE SELECT ON pg_roles FROM PUBLIC;
GRANT USAGE ON SCHEMA pg_catalog TO writer;
