"""`schema validate`: a schema loads, and the bodies of its functions are right."""

from __future__ import annotations

import json

from tests.schema.conftest import Work

GOOD = """CREATE TABLE t (id int PRIMARY KEY, n text);

CREATE FUNCTION later() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM soon $$;
CREATE TABLE soon (id int);
"""
BAD = """CREATE TABLE t (id int);

CREATE FUNCTION fine() RETURNS int LANGUAGE sql AS 'SELECT 1';

CREATE OR REPLACE FUNCTION wrong(a int) RETURNS int LANGUAGE plpgsql AS $body$
BEGIN
  RETURN a
    FORM t;
END
$body$;

CREATE PROCEDURE typo() LANGUAGE sql AS $$
  DELETE FROM t
   WHERE ident = 1;
$$;
"""


def test_good(work: Work) -> None:
    """A body may name what comes later."""
    file = work.write("schema.sql", GOOD)
    ran = work.run("schema", "validate", "--to", f"file://{file}")
    assert ran.code == 0, ran.err
    counts = {line.split(maxsplit=1)[1]: int(line.split()[0]) for line in ran.out.splitlines()}
    assert (counts["table"], counts["column"], counts["function"], counts["primary key"]) == (2, 3, 1, 1)
    value = json.loads(work.run("schema", "validate", "--to", str(file), "--format", "json").out)
    assert value["facts"]["primary_key"] == 1
    assert value["unmanaged"] == []


def test_wrong_bodies(work: Work) -> None:
    file = work.write("schema.sql", BAD)
    ran = work.run("schema", "validate", "--to", str(file))
    assert (ran.code, ran.out) == (3, "")
    assert "2 functions are wrong" in ran.err
    assert "schema.sql:8: wrong(integer): " in ran.err
    assert 'schema.sql:14: typo(): column "ident" does not exist' in ran.err
    assert "fine" not in ran.err


def test_bodies_of_a_database_and_of_a_directory(work: Work) -> None:
    work.sql(f"SET check_function_bodies = off; {BAD}")
    ran = work.run("schema", "validate", "--to", work.url())
    assert (ran.code, ran.out) == (3, "")
    assert 'typo(): column "ident" does not exist' in ran.err
    work.write("migrations/1.sql", f"SET check_function_bodies = off;\n{BAD}")
    assert work.run("migrate", "hash").code == 0
    ran = work.run("schema", "validate", "--to", "file://migrations")
    assert ran.code == 3, ran.err
    assert "1.sql:15: typo(): " in ran.err


def test_what_does_not_load(work: Work) -> None:
    work.write("a.sql", "CREATE TABLE a (id int);\n\nCREATE TABLE b (\n  id int,\n  nme txt\n);\n")
    ran = work.run("schema", "validate", "--to", "a.sql")
    assert (ran.code, ran.out) == (1, "")
    assert "a.sql:5" in ran.err
    assert 'type "txt" does not exist' in ran.err
    work.write("b.sql", "CREATE EXTENSION no_such_thing;\n")
    ran = work.run("schema", "validate", "--to", "b.sql")
    assert (ran.code, ran.out) == (1, "")
    assert all(
        word in ran.err for word in ("no_such_thing", "telamon dev install no_such_thing", "--dev-url", "Postgre")
    )
    ran = work.run("schema", "validate")
    assert (ran.code, "--to" in ran.err) == (2, True)


def test_dev_install(work: Work) -> None:
    """It says what there is, and installs nothing."""
    listed = work.run("dev", "install", "--list")
    assert listed.code == 0
    assert any(line.startswith("pg_trgm ") for line in listed.out.splitlines())
    assert work.run("dev", "install", "pg_trgm").out.startswith("pg_trgm 1.")
    absent = work.run("dev", "install", "no_such_thing")
    assert (absent.code, absent.out) == (1, "")
    assert all(word in absent.err for word in ("no_such_thing", "apt-get install", "no-such-thing", "--dev-url"))
    assert work.run("dev", "install").code == 2
