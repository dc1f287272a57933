-- Written by `telamon init --roles`, and yours from here on: who owns the schema, who changes it, who uses it.
-- Run it with psql 15 or later, as the owner of the database who may make roles, as often as you like:
--
--   psql -d app -f roles.sql
--   psql -d app -v schema=billing -f roles.sql      for another schema
--
-- Passwords come from the environment, and are only set where it has them: MIGRATION_PASSWORD, APP_PASSWORD,
-- READONLY_PASSWORD. Instead of a password, each may be the SCRAM verifier that PostgreSQL keeps.
--
--   schema_admin    owns everything; nobody logs in as it
--   migration_user  a member of it: Telamon, directly to the server (role = "schema_admin" in telamon.toml)
--   app_user        reads and writes rows, nothing else: the application, through PgBouncer
--   readonly        reads rows: reports, people
\set ON_ERROR_STOP on
\if :{?schema}
\else
  \set schema public
\endif
\getenv migration_password MIGRATION_PASSWORD
\getenv app_password APP_PASSWORD
\getenv readonly_password READONLY_PASSWORD

BEGIN;

-- The roles. What is there already stays.
SELECT format('CREATE ROLE %%I %%s', name, login)
  FROM (VALUES ('schema_admin', 'NOLOGIN'), ('migration_user', 'LOGIN'), ('app_user', 'LOGIN'), ('readonly', 'LOGIN'))
       AS wanted (name, login)
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
\if :{?migration_password}
  ALTER ROLE migration_user PASSWORD :'migration_password';
\endif
\if :{?app_password}
  ALTER ROLE app_user PASSWORD :'app_password';
\endif
\if :{?readonly_password}
  ALTER ROLE readonly PASSWORD :'readonly_password';
\endif
SELECT 'GRANT schema_admin TO migration_user' WHERE NOT pg_has_role('migration_user', 'schema_admin', 'MEMBER')
\gexec
-- Where the administrator is no superuser, it must be a member to hand things over.
SELECT format('GRANT schema_admin TO %%I', current_user) WHERE NOT pg_has_role(current_user, 'schema_admin', 'MEMBER')
\gexec

-- The database: nobody comes in, or makes anything in it, who is not named here.
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC, app_user, readonly;
GRANT CONNECT ON DATABASE :"DBNAME" TO schema_admin, migration_user, app_user, readonly;
GRANT CREATE, TEMPORARY ON DATABASE :"DBNAME" TO schema_admin;

-- The schema belongs to the group.
SELECT format('CREATE SCHEMA %%I AUTHORIZATION schema_admin', :'schema') WHERE to_regnamespace(quote_ident(:'schema')) IS NULL
\gexec
ALTER SCHEMA :"schema" OWNER TO schema_admin;
REVOKE ALL ON SCHEMA :"schema" FROM PUBLIC, app_user, readonly;
GRANT USAGE ON SCHEMA :"schema" TO app_user, readonly;

-- What is there now.
REVOKE ALL ON ALL TABLES IN SCHEMA :"schema" FROM PUBLIC, app_user, readonly;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA :"schema" FROM PUBLIC, app_user, readonly;
REVOKE ALL ON ALL ROUTINES IN SCHEMA :"schema" FROM PUBLIC, app_user, readonly;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA :"schema" TO app_user;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA :"schema" TO app_user;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA :"schema" TO app_user;
GRANT SELECT ON ALL TABLES IN SCHEMA :"schema" TO readonly;

-- What migrations will make.
ALTER DEFAULT PRIVILEGES FOR ROLE schema_admin IN SCHEMA :"schema"
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO app_user;
ALTER DEFAULT PRIVILEGES FOR ROLE schema_admin IN SCHEMA :"schema" GRANT USAGE, SELECT ON SEQUENCES TO app_user;
ALTER DEFAULT PRIVILEGES FOR ROLE schema_admin IN SCHEMA :"schema" GRANT EXECUTE ON ROUTINES TO app_user;
ALTER DEFAULT PRIVILEGES FOR ROLE schema_admin IN SCHEMA :"schema" GRANT SELECT ON TABLES TO readonly;
ALTER DEFAULT PRIVILEGES FOR ROLE schema_admin REVOKE EXECUTE ON ROUTINES FROM PUBLIC;

-- The history of migrations is nobody's but the owner's, if it lies in this schema.
SELECT format('REVOKE ALL ON TABLE %%I.%%I FROM app_user, readonly', schemaname, tablename)
  FROM pg_tables
 WHERE schemaname = :'schema' AND tablename IN ('atlas_schema_revisions', 'telamon_seeds')
\gexec

COMMIT;
