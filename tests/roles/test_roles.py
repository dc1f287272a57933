"""`telamon init --roles` and `telamon doctor`: the roles hold what they should, and the server refuses the rest."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from telamon.dev.binaries import installed
from tests.apply.conftest import Case
from tests.apply.test_target import pgbouncer, short_folder
from tests.commands import Place, Ran
from tests.roles.conftest import Served

REFUSED = (
    "CREATE TABLE mine (id int)",
    "CREATE TABLE hidden.mine (id int)",
    "CREATE SCHEMA mine",
    "CREATE TEMPORARY TABLE mine (id int)",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TYPE mine AS ENUM ('x')",
    "CREATE SEQUENCE mine",
    "CREATE INDEX mine ON quotes (body)",
    "CREATE TRIGGER mine BEFORE INSERT ON quotes FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE POLICY mine ON quotes USING (true)",
    "CREATE RULE mine AS ON DELETE TO quotes DO INSTEAD NOTHING",
    "CREATE EXTENSION citext",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "ALTER TABLE quotes ADD x int",
    "ALTER TABLE quotes DROP author",
    "ALTER TABLE quotes RENAME TO mine",
    "ALTER TABLE quotes DISABLE TRIGGER ALL",
    "ALTER TABLE quotes OWNER TO app_user",
    "ALTER TYPE mood ADD VALUE 'worse'",
    "ALTER SCHEMA public RENAME TO mine",
    "ALTER FUNCTION shout(text) SECURITY DEFINER",
    "ALTER DEFAULT PRIVILEGES FOR ROLE schema_admin GRANT ALL ON TABLES TO app_user",
    "ALTER ROLE app_user SUPERUSER",
    "ALTER ROLE migration_user PASSWORD 'x'",
    "DROP TABLE quotes",
    "DROP VIEW short",
    "DROP SCHEMA public CASCADE",
    "DROP TYPE mood",
    "DROP FUNCTION shout(text)",
    "TRUNCATE quotes",
    "COMMENT ON TABLE quotes IS 'mine'",
    "SET ROLE schema_admin",
    "SET SESSION AUTHORIZATION migration_user",
    "SELECT * FROM hidden.salaries",
    "INSERT INTO hidden.salaries VALUES (1, 1)",
    "SELECT * FROM atlas_schema_revisions.atlas_schema_revisions",
    "INSERT INTO atlas_schema_revisions.atlas_schema_revisions (version) VALUES ('9')",
    "UPDATE atlas_schema_revisions.atlas_schema_revisions SET hash = ''",
    "DELETE FROM atlas_schema_revisions.atlas_schema_revisions",
    "DROP TABLE atlas_schema_revisions.atlas_schema_revisions",
    "SELECT rolpassword FROM pg_authid",
    "COPY quotes TO PROGRAM 'cat'",
    "COPY quotes FROM '/etc/passwd'",
    "ALTER SYSTEM SET work_mem = '1GB'",
)


def grants(served: Served) -> None:
    """A grant takes nothing but a warning when it gives nothing: what is there afterwards counts."""
    with served.connect("app_user") as session:
        session.execute("GRANT ALL ON quotes TO PUBLIC")
    assert served.admin("SELECT has_table_privilege('readonly', 'quotes', 'DELETE')") == [(False,)]


def test_the_application_is_refused(served: Served) -> None:
    """Whatever is not about rows, and whatever is not its own."""
    allowed = []
    with served.connect("app_user") as session:
        for statement in REFUSED:
            try:
                session.execute(statement.encode())
                allowed.append(statement)
            except (errors.InsufficientPrivilege, errors.InvalidSchemaName) as error:
                assert error.sqlstate == "42501", statement
    assert len(REFUSED) >= 20 and not allowed
    grants(served)


def test_each_role_can_do_its_work(served: Served) -> None:
    """The application's rows, also in what migrations made later; reports; migrations."""
    with served.connect("app_user") as session:
        session.execute("INSERT INTO quotes (body) VALUES ('x')")
        session.execute("UPDATE quotes SET body = 'y'; SELECT nextval('counter'), shout('x'); DELETE FROM quotes")
    with served.connect("readonly") as session:
        session.execute("SELECT * FROM quotes; SELECT * FROM short")
        for statement in ("DELETE FROM quotes", "INSERT INTO quotes (body) VALUES ('x')", "CREATE TABLE mine ()"):
            with pytest.raises(errors.InsufficientPrivilege):
                session.execute(statement.encode())
    served.place.migrations(v2_more="CREATE TABLE more (id serial PRIMARY KEY, author text REFERENCES more2)".replace(
        " REFERENCES more2", ""))  # fmt: skip
    assert served.place.run("migrate", "apply", "--url", served.url()).code == 0
    with served.connect("app_user") as session:
        session.execute("INSERT INTO more (author) VALUES ('x')")
    owners = served.admin("SELECT DISTINCT tableowner::text FROM pg_tables WHERE schemaname !~ '^pg_|information'")
    assert owners == [("schema_admin",)]


def test_the_script_may_be_repeated(served: Served) -> None:
    """It gives back what was taken, takes what was given, and no password is in it or printed."""
    text = (served.place.folder / "roles.sql").read_text()
    assert "s3cret" not in text
    served.admin("GRANT ALL ON quotes, hidden.salaries TO PUBLIC; REVOKE ALL ON quotes FROM app_user, readonly")
    before = served.admin("SELECT rolpassword FROM pg_authid WHERE rolname = 'app_user'")
    assert str(before[0][0]).startswith("SCRAM-SHA-256$")
    assert served.admin("SELECT rolpassword FROM pg_authid WHERE rolname = 'readonly'") == [(None,)]
    for arguments in ((), ("-v", "schema=hidden"), ("-v", 'schema=a "new" one')):
        ran = served.psql("-f", "roles.sql", *arguments)
        assert (ran.code, ran.out + ran.err) == (0, "")
    assert served.admin("SELECT rolpassword FROM pg_authid WHERE rolname = 'app_user'") == before
    query = "SELECT has_table_privilege('app_user', '{}', 'DELETE'), has_table_privilege('readonly', '{}', 'DELETE')"
    for table in ("quotes", "hidden.salaries"):
        assert served.admin(query.format(table, table)) == [(True, False)]
    assert served.admin("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'a \"new\" one'") == [
        ("schema_admin",)
    ]


def outcomes(ran: Ran) -> dict[str, str]:
    """What the doctor said, by check: `ok`, or what is wrong."""
    found: dict[str, str] = {}
    for each in json.loads(ran.out):
        if each["outcome"] != "ok":
            found[each["check"]] = f"{each['what']} | {each['do']}"
            assert each["do"], each
    return found


def test_a_healthy_set_up(served: Served) -> None:
    """Of which every part is named."""
    ran = served.doctor()
    assert (ran.code, ran.err) == (0, ""), ran.out
    checks = [line.split()[0] for line in ran.out.splitlines()]
    assert set(checks) == {"ok"} and len(checks) >= 13
    assert outcomes(served.doctor("--format", "json")) == {}


ILLS = (
    ("GRANT CREATE ON SCHEMA public TO app_user", "application makes nothing", "schema public"),
    ("GRANT CREATE ON SCHEMA public TO PUBLIC", "PUBLIC has nothing", "schema public"),
    ("ALTER ROLE app_user CREATEDB", "application's powers", "ALTER ROLE \"app_user\" NOCREATEDB;"),
    ("GRANT schema_admin TO app_user", "application's powers", "REVOKE schema_admin FROM"),
    ("GRANT pg_read_all_data TO app_user", "application's powers", "pg_read_all_data"),
    ("CREATE TABLE theirs (); ALTER TABLE theirs OWNER TO app_user", "application owns nothing", "public.theirs"),
    ("GRANT TRUNCATE ON quotes TO app_user", "application changes rows only", "public.quotes"),
    ("GRANT USAGE ON SCHEMA atlas_schema_revisions TO app_user; GRANT UPDATE ON"
     " atlas_schema_revisions.atlas_schema_revisions TO PUBLIC", "application leaves the history alone", "REVOKE ALL"),
    ("REVOKE SELECT ON quotes FROM app_user", "application reads its tables", "public.quotes"),
    ("CREATE TABLE stray (); GRANT SELECT ON stray TO app_user", "all belongs to the group",
     "table public.stray of postgres"),
    ("GRANT SELECT ON quotes TO PUBLIC", "PUBLIC has nothing", "public.quotes"),
    ("GRANT EXECUTE ON FUNCTION shout(text) TO PUBLIC", "PUBLIC has nothing", "shout"),
    ("ALTER ROLE schema_admin LOGIN", "owner", "NOLOGIN"),
    ("REVOKE schema_admin FROM migration_user; GRANT SELECT ON ALL TABLES IN SCHEMA atlas_schema_revisions TO"
     " migration_user", "target", 'cannot act as role "schema_admin"'),
    ("ALTER ROLE migration_user BYPASSRLS", "migrations", "BYPASSRLS"),
    ("GRANT UPDATE ON quotes TO readonly", "reports", "public.quotes"),
)  # fmt: skip
CURES = (
    "REVOKE ALL ON SCHEMA public FROM app_user, PUBLIC; GRANT USAGE ON SCHEMA public TO app_user",
    "ALTER ROLE app_user NOCREATEDB; REVOKE schema_admin, pg_read_all_data FROM app_user",
    "ALTER ROLE schema_admin NOLOGIN",
    "GRANT schema_admin TO migration_user; ALTER ROLE migration_user NOBYPASSRLS",
    "DROP TABLE IF EXISTS theirs, stray; REVOKE ALL ON quotes FROM app_user, PUBLIC, readonly",
    "GRANT SELECT ON quotes TO app_user; REVOKE EXECUTE ON FUNCTION shout(text) FROM PUBLIC",
    "REVOKE ALL ON SCHEMA atlas_schema_revisions FROM app_user",
    "REVOKE ALL ON ALL TABLES IN SCHEMA atlas_schema_revisions FROM PUBLIC",
)


def test_each_ill_is_found(served: Served) -> None:
    """One after the other, each alone, with what to do."""
    for statement, check, words in ILLS:
        served.admin(statement)
        ran = served.doctor("--format", "json")
        found = outcomes(ran)
        assert ran.code == 3 and words in found.get(check, ""), (statement, found)
        # What everybody may, or a member, is found more than once.
        alone = not any(word in statement for word in ("PUBLIC", "GRANT schema_admin", "pg_read", "theirs"))
        assert not alone or [*found] == [check], (statement, found)
        served.admin(*CURES)
    assert served.doctor().code == 0


def test_what_is_wrong_around_it(served: Served) -> None:
    """The configuration, the directory, the target, the dev server."""
    served.place.write("migrations/1_quotes.sql", "SELECT 1;")
    assert [*outcomes(served.doctor("--format", "json"))] == ["directory"]
    ran = served.place.run("doctor", "--url", "postgres://localhost:1/x", "--format", "json")
    assert ran.code == 3 and [*outcomes(ran)] == ["directory", "target"]
    served.place.write("telamon.toml", 'dev = "mysql://x"\n')
    ran = served.place.run("doctor", "--format", "json")
    assert ran.code == 3 and [*outcomes(ran)] == ["directory", "target", "dev server"]
    served.place.write("telamon.toml", "rol = 1\n")
    ran = served.place.run("doctor")
    assert ran.code == 3 and ran.out.startswith("problem  configuration: rol is not a setting\n")


def test_a_dev_server_of_another_version_is_found(served: Served) -> None:
    """`migrate diff` does not ask the target: the configuration must say its version."""
    if not any(each.major == 15 for each in installed()):
        pytest.skip("there is no PostgreSQL 15 here")
    served.place.write("telamon.toml", 'dev = "embedded/15"\n')
    with psycopg.connect(served.database.conninfo) as session:
        major = session.info.server_version // 10000
    ran = served.doctor("--format", "json")
    assert ran.code == 3 and f'Write dev = "embedded/{major}"' in outcomes(ran)["dev server"]


def test_a_pooler_of_transactions_is_found(served: Served) -> None:
    """Migrations must not go through what is right for the application, which works through it."""
    case = Case(f"{served.database.conninfo} user=app_user", Path(), psycopg.connect(served.database.conninfo))
    with case.connection, short_folder() as folder, pgbouncer(case, folder, "transaction") as url:
        ran = served.place.run("doctor", "--url", url, "--format", "json")
        assert ran.code == 3 and "pooler" in outcomes(ran)["target"]
        with psycopg.connect(url, autocommit=True) as session:
            session.execute("INSERT INTO quotes (body) VALUES ('x')")
            with pytest.raises(errors.InsufficientPrivilege):
                session.execute("DROP TABLE quotes")


def test_access_of_a_target(served: Served) -> None:
    """What each may do, memberships included."""
    ran = served.place.run("schema", "access", "--url", served.url(), "--role", "app_user", "--role", "migration_user")
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    assert "app_user: table public.quotes: read, insert into, update, delete from" in lines
    assert "migration_user: table public.quotes: change and drop" in lines  # as a member of the group
    assert not any("hidden" in line or "atlas_schema_revisions" in line for line in lines if "app_user" in line)


def test_access_that_changes(place: Place, server: object) -> None:
    """Between two states of a schema, in words; what everybody may is everybody's."""
    old = "CREATE TABLE quotes (id int PRIMARY KEY, body text); GRANT SELECT, UPDATE ON quotes TO app_user;"
    place.write("old.sql", old)
    place.write(
        "new.sql",
        old + "GRANT DELETE ON quotes TO app_user; REVOKE UPDATE ON quotes FROM app_user;"
        "GRANT UPDATE (body) ON quotes TO app_user; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
        "CREATE TABLE logs (id int); GRANT SELECT ON logs TO PUBLIC;",
    )
    ran = place.run("schema", "access", "--from", "file://old.sql", "--to", "file://new.sql", "--role", "app_user")
    assert (ran.code, ran.out.splitlines()) == (0, [
        "app_user can now also update column public.quotes.body",
        "app_user can now also call function public.f()",
        "app_user can now also read public.logs",
        "app_user can no longer update public.quotes",
        "app_user can now also delete from public.quotes",
    ])  # fmt: skip
    ran = place.run("schema", "access", "--from", "file://old.sql", "--to", "file://new.sql", "--format", "json")
    changes = json.loads(ran.out)
    assert {"role": "PUBLIC", "privilege": "SELECT", "kind": "table", "object": "public.logs"} in changes["gained"]
    assert [change["privilege"] for change in changes["lost"]] == ["UPDATE"]
    same = place.run("schema", "access", "--from", "file://old.sql", "--to", "file://old.sql")
    assert (same.code, same.out) == (0, "")
    assert place.run("schema", "access", "--url", "file://old.sql", "--to", "file://old.sql").code == 2
