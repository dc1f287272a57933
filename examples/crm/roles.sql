-- The roles of the backend, for a new cluster; run by an administrator, in the database, before the first migration. What
-- each may do with tables and functions is a part of the schema: sql/60_row_security.sql and sql/70_grants.sql.
CREATE ROLE schema_admin NOLOGIN; -- owns everything
CREATE ROLE migration_user LOGIN; -- Telamon, directly to the server
CREATE ROLE app_user LOGIN; -- the service, through PgBouncer
CREATE ROLE app_readonly LOGIN;
CREATE ROLE billing_service LOGIN;
CREATE ROLE sync_worker LOGIN;
CREATE ROLE workflow_runner LOGIN;
CREATE ROLE auditor LOGIN;
GRANT schema_admin TO migration_user;

-- The owner of the database owns the schema public, too, and may make others.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO schema_admin', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO migration_user, app_user, app_readonly, billing_service, sync_worker,'
        ' workflow_runner, auditor', current_database()
    );
END
$$;
