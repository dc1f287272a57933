"""Roles, memberships, settings: made, changed, dropped both ways, judged by pg_dumpall; nothing leaks between runs."""

from __future__ import annotations

import sys

import psycopg
import pytest

from telamon.dev import open_dev
from telamon.errors import TelamonError, UsageError
from telamon.kinds.setting import values
from telamon.role_patterns import checked
from tests.commands import Place
from tests.managed_roles.conftest import Target, new_target

CONFIG = 'src = "schema.sql"\nroles = ["app_*", "schema_admin"]\ndatabase_settings = true\n'
ONE = """
CREATE ROLE schema_admin;
CREATE ROLE app_rw LOGIN CONNECTION LIMIT 5 VALID UNTIL '2030-01-01';
CREATE ROLE "app_r'o %s" NOINHERIT LOGIN;
CREATE ROLE app_reports IN ROLE pg_monitor;
GRANT "app_r'o %s" TO app_rw WITH ADMIN OPTION;
GRANT app_reports TO schema_admin;
ALTER ROLE app_rw SET search_path = "$user", 'we"ird, x', public;
ALTER ROLE app_rw SET statement_timeout = '5s';
COMMENT ON ROLE app_reports IS 'it''s for reports';
CREATE TABLE t (id int PRIMARY KEY);
GRANT SELECT ON t TO "app_r'o %s";
ALTER TABLE t OWNER TO schema_admin;
ALTER DEFAULT PRIVILEGES FOR ROLE schema_admin GRANT SELECT ON TABLES TO "app_r'o %s";
CREATE POLICY p ON t TO "app_r'o %s";
DO $$ BEGIN
EXECUTE format('ALTER ROLE app_rw IN DATABASE %I SET work_mem = ''8MB''', current_database());
EXECUTE format('ALTER DATABASE %I SET app.mode = ''100%% O''''k''', current_database());
EXECUTE format('ALTER DATABASE %I SET search_path = app, public', current_database());
EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
EXECUTE format('GRANT CONNECT ON DATABASE %I TO app_rw WITH GRANT OPTION', current_database());
EXECUTE format('COMMENT ON DATABASE %I IS ''the app''', current_database());
END $$;
"""
OTHER = """
CREATE ROLE app_rw LOGIN CREATEDB;
CREATE ROLE app_reports SUPERUSER CREATEROLE REPLICATION BYPASSRLS;
CREATE ROLE app_new;
GRANT app_new TO app_rw, app_reports;
ALTER ROLE app_rw SET search_path = '';
CREATE TABLE t (id int PRIMARY KEY);
GRANT SELECT ON t TO app_new;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = app', current_database()); END $$;
"""
# What roles have in other databases, and who is no part of the description, is nobody's business here.
BESIDE = "CREATE ROLE somebody LOGIN"


def apply(place: Place, target: Target, file: str, *flags: str) -> None:
    """Makes a target like a file, and finds nothing left to do."""
    arguments = ("schema", "apply", "--to", file, "--url", target.url(), *flags)
    ran = place.run(*arguments, "--auto-approve", "--allow-destructive")
    assert ran.code == 0, ran.err
    again = place.run(*arguments, "--dry-run")
    assert (again.code, again.out) == (0, ""), again.out


def test_both_ways_as_pg_dumpall_sees_it(place: Place, target: Target) -> None:
    """Each way, the dumps are those of a server on which the description itself was executed."""
    place.write("telamon.toml", CONFIG)
    target.sql(BESIDE)
    for text in (ONE, OTHER, ONE):
        place.write("schema.sql", text)
        apply(place, target, "schema.sql")
        with new_target() as wanted:
            wanted.sql(BESIDE, text)
            assert target.dumped() == wanted.dumped()


def test_migrations_do_not_depend_on_what_was_there(place: Place, target: Target) -> None:
    """One directory, diff after diff, each from a server that has none of the roles; what is there is taken over."""
    place.write("telamon.toml", CONFIG)
    for name, text in (("one", ONE), ("other", OTHER), ("back", ONE)):
        place.write("schema.sql", text)
        ran = place.run("migrate", "diff", name)
        assert ran.code == 0, ran.err
    assert "DROP ROLE" in ran.out or "role app_new with its password" in ran.err
    assert "no changes to be made" in place.run("migrate", "diff", "nothing").err
    assert place.run("migrate", "validate").code == 0
    lint = place.run("migrate", "lint", "--latest", "1")
    assert lint.code == 3 and 'error TL221: Dropping role "app_new"' in lint.out
    assert lint.out.endswith("statements: 1 error\n")
    checkpoint = place.run("migrate", "checkpoint")
    assert checkpoint.code == 0 and "about roles" not in checkpoint.err
    target.sql("CREATE ROLE app_rw")
    assert place.run("migrate", "apply", "--url", target.url()).code == 0
    assert place.run("schema", "drift", "--url", target.url()).code == 0
    target.sql("ALTER ROLE app_rw CREATEDB", "REVOKE app_reports FROM schema_admin")
    drift = place.run("schema", "drift", "--url", target.url())
    assert drift.out.splitlines() == [
        "membership app_reports.schema_admin: missing on the target",
        "role app_rw: other than in the migrations",
    ]


def test_privileges_on_parameters(place: Place, target: Target) -> None:
    """They come, change and go with the roles that hold them, as pg_dumpall sees it."""
    with target.database.connect() as connection:
        if connection.info.server_version < 150000:
            pytest.skip("PostgreSQL 15 came with them")
    place.write("telamon.toml", 'roles = ["app_*"]\n')
    one = (
        "CREATE ROLE app_a; GRANT SET, ALTER SYSTEM ON PARAMETER log_statement TO app_a WITH GRANT OPTION;"
        "CREATE ROLE app_b; GRANT SET ON PARAMETER app.mode TO app_b;"
    )
    two = (
        "CREATE ROLE app_a; GRANT SET ON PARAMETER log_statement TO app_a;"
        "GRANT ALTER SYSTEM ON PARAMETER log_min_messages TO app_a;"
    )
    for text in (one, two):
        place.write("schema.sql", text)
        apply(place, target, "schema.sql")
        with new_target() as wanted:
            wanted.sql(text)
            assert target.dumped() == wanted.dumped()


def test_without_being_asked_nothing_is_read(place: Place, target: Target) -> None:
    """The same description, without the keys: roles are taken for granted, and stay when a target is emptied."""
    place.write("schema.sql", ONE)
    apply(place, target, "schema.sql", "--roles", "app_*,schema_admin")
    ran = place.run("schema", "diff", "--from", "file://empty.sql", "--to", target.url())
    assert ran.code == 2
    place.write("empty.sql", "")
    plan = place.run("schema", "diff", "--from", "empty.sql", "--to", target.url()).out
    assert "ROLE app_" not in plan and "CREATE ROLE" not in plan and "DATABASE" not in plan
    place.write("telamon.toml", CONFIG)
    assert place.run("schema", "clean", "--url", target.url(), "--auto-approve").code == 0
    assert target.sql("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'app_%'") == [3]
    assert target.sql("SELECT count(*) FROM pg_class WHERE relname = 't'") == [0]


def test_a_role_goes_only_when_nothing_depends_on_it(place: Place, target: Target) -> None:
    """What it owns goes to the one who migrates, though no description names owners; elsewhere PostgreSQL names it."""
    place.write("telamon.toml", 'roles = ["app_*"]\n')
    place.write("schema.sql", "CREATE TABLE t (id int);\n")
    target.sql("CREATE ROLE app_x", "CREATE TABLE t (id int)", "ALTER TABLE t OWNER TO app_x", "CREATE DATABASE other")
    target.sql("CREATE TABLE o ()", "GRANT SELECT ON o TO app_x", dbname="other")
    arguments = ("schema", "apply", "--to", "schema.sql", "--url", target.url(), "--auto-approve")
    assert "role app_x with its password" in place.run(*arguments).err  # and nothing was done
    refused = place.run(*arguments, "--allow-destructive")
    assert refused.code == 1 and "1 object in database other" in refused.err
    target.sql("DROP TABLE o", dbname="other")
    apply(place, target, "schema.sql")
    assert target.sql("SELECT count(*) FROM pg_roles WHERE rolname = 'app_x'") == [0]


def test_the_one_who_migrates_is_no_superuser(place: Place, target: Target) -> None:
    """The hold that PostgreSQL gives it on roles that it creates is no drift, and it is not dropped itself."""
    place.write("telamon.toml", 'src = "schema.sql"\nroles = "app_*"\n')
    place.write("schema.sql", "CREATE ROLE app_g; CREATE ROLE app_u LOGIN PASSWORD 'geheim'; GRANT app_g TO app_u;")
    target.sql("CREATE ROLE app_migrator LOGIN CREATEROLE", "CREATE ROLE ann LOGIN")
    target.sql("GRANT CREATE ON DATABASE telamon TO app_migrator")
    ran = place.run("migrate", "diff", "one")
    assert "Not managed: the password of role app_u" in ran.err and "geheim" not in ran.out + ran.err
    url = target.url(user="app_migrator")
    assert place.run("migrate", "apply", "--url", url).code == 0
    target.sql("GRANT app_g TO ann")
    again = place.run("schema", "apply", "--to", "schema.sql", "--url", url, "--dry-run")
    assert (again.code, again.out) == (0, "")
    assert "membership of ann in role app_g" in again.err
    assert "role app_migrator (made outside" in again.err
    assert "app_migrator can create roles" in place.run("doctor", "--url", url).out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("GRANT SELECT ON t TO app_x;", "write CREATE ROLE into it"),
        ("CREATE ROLE app_x; CREATE ROLE app_x;", "creates this role twice"),
        ("CREATE ROLE app_x PASSWORD 'geheim' FOO;", "unrecognized role option"),
        ("ALTER DATABASE app SET work_mem = '8MB';", "ALTER DATABASE %I SET"),
    ],
)
def test_what_cannot_be_loaded(place: Place, text: str, told: str) -> None:
    place.write("telamon.toml", CONFIG)
    place.write("schema.sql", f"CREATE TABLE t ();\n{text}")
    ran = place.run("migrate", "diff", "x")
    assert ran.code == 1 and told in ran.err and "schema.sql:2" in ran.err
    assert "geheim" not in ran.err


@pytest.mark.parametrize("pattern", ["*", "p*", "post?res", "pg_monitor", "pg_*", "pg_mine", ""])
def test_patterns_of_the_servers_own_roles_are_refused(pattern: str) -> None:
    with pytest.raises(UsageError):
        checked([pattern], "telamon.toml:1")


def test_roles_need_an_embedded_server(place: Place) -> None:
    ran = place.run("migrate", "diff", "x", "--to", "s.sql", "--roles", "app_*", "--dev-url", "postgres://localhost/x")
    assert ran.code == 2 and "embedded" in ran.err


def test_a_server_for_each_database(place: Place) -> None:
    """Side by side, and kept ones with their roles; a killed run's are taken away by the next."""
    with open_dev("alone") as dev:
        first, second = dev.create(), dev.create()
        first.connect().execute("CREATE ROLE r")
        assert second.connect().execute("SELECT FROM pg_roles WHERE rolname = 'r'").fetchone() is None
        dev.keep(first, "with r")
        with dev.create("with r") as copy:
            assert copy.connect().execute("SELECT FROM pg_roles WHERE rolname = 'r'").fetchone() is not None
        with pytest.raises(TelamonError, match="gone"):
            dev.create("no such state")
        left = place.folder / "left"
        killed = f"from telamon.dev import open_dev\nwith open_dev('alone') as dev:\n  open({str(left)!r}, 'w').write("
        killed += "dev.create().conninfo)\n  import os; os.kill(os.getpid(), 9)"
        assert place.program(sys.executable, "-c", killed).code == -9
        psycopg.connect(left.read_text()).close()
        assert second.connect().execute("SELECT").fetchone() == ()
        with open_dev("alone") as next, next.create():
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(left.read_text())
            assert second.connect().execute("SELECT").fetchone() == ()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ('"$user", public', "'$user', 'public'"),
        ('"a ""b"", c",d', "'a \"b\", c', 'd'"),
        ("", "''"),
        ('""', "''"),
    ],
)
def test_lists_of_names(value: str, written: str) -> None:
    """As PostgreSQL keeps them, and as SET takes them."""
    assert values("search_path", value) == written
    assert values("work_mem", "8MB") == "'8MB'"
