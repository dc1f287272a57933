"""`telamon migrate test` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.commands import Place
from tests.report.test_lint import junit_errors

USERS = {
    "v1_users": "CREATE TABLE users (id int PRIMARY KEY, name text);",
    "v2_split": "ALTER TABLE users ADD COLUMN first text;\nUPDATE users SET first = split_part(name, ' ', 1);",
    "v3_unique": "ALTER TABLE users ADD CONSTRAINT users_first UNIQUE (first);",
}
PASSING = """\
-- test: names are split
-- at: 1
COPY users FROM stdin;
1	Ada Lovelace
2	\\N
\\.
-- migrate to: 2
-- expect: SELECT first = 'Ada' FROM users WHERE id = 1
-- expect rows: SELECT id, first FROM users
VALUES (2, NULL), (1, 'Ada');
-- expect rows in order: SELECT id FROM users ORDER BY id DESC
VALUES (2), (1);

-- test: doubles stop the migration, which leaves nothing behind
-- at: 2
INSERT INTO users VALUES (1, 'A B', 'A'), (2, 'A C', 'A');
-- expect error: 23505
-- migrate to: newest
-- expect: SELECT count(*) = 0 FROM pg_constraint WHERE conname = 'users_first'
DELETE FROM users WHERE id = 2;
-- migrate to: newest
-- expect error: duplicate key
INSERT INTO users VALUES (3, 'A D', 'A');

-- test: from nothing
-- at: empty
CREATE TABLE before (a int);
-- migrate to: 3
-- expect: SELECT count(*) = 0 FROM users
"""


@pytest.fixture
def users(place: Place) -> Place:
    """A directory of three migrations."""
    place.migrations(**USERS)
    return place


def test_tests_that_pass(users: Place) -> None:
    users.write("tests/migrations/users.sql", PASSING)
    ran = users.run("migrate", "test")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.count("  ok   ") == 3 and "3 tests: 3 passed (" in ran.out
    only = users.run("migrate", "test", "tests/migrations/users.sql", "-k", "FROM NOTHING", "--format", "json")
    found = json.loads(only.out)
    assert (found["passed"], [test["name"] for test in found["files"][0]["tests"]]) == (1, ["from nothing"])
    assert users.run("migrate", "test", "-k", "no such name").code == 2


FAILING = {
    "SELECT false": ("The expectation does not hold", False),
    "SELECT true UNION ALL SELECT NULL": ("(NULL)", False),
    "SELECT true WHERE false": ("no rows", False),
    "SELECT 1": ("neither true nor false", True),
    "SELECT nothing": ("42703", True),
    "UPDATE users SET id = 1": ("must be a query", True),
}


def test_tests_that_fail(users: Place) -> None:
    """Each says where, what was expected and what was seen; the others go on."""
    texts = [f"-- test: {query}\n-- expect: {query}\n" for query in FAILING]
    texts.append("-- test: rows\n-- expect rows: VALUES (1, 'a'), (1, 'a')\nVALUES (1, 'a'), (2, NULL);\n")
    texts.append("-- test: order\n-- expect rows in order: VALUES (1), (2)\nVALUES (2), (1);\n")
    texts.append("-- test: no error\n-- expect error: x\nSELECT 1;\n")
    texts.append("-- test: other error\n-- expect error: duplicate key\nSELECT 1/0;\n")
    texts.append("-- test: data\nINSERT INTO users VALUES ('x');\n-- expect: SELECT true\n")
    texts.append("-- test: migration\n-- at: 2\nINSERT INTO users SELECT g, '', 'A' FROM generate_series(1, 2) g;\n"
                 "-- migrate to: 3\n-- expect: SELECT true\n")  # fmt: skip
    texts.append("-- test: open\n-- at: 2\nBEGIN;\n-- migrate to: 3\n")
    texts.append("-- test: backwards\n-- at: 2\n-- migrate to: 1\n")
    texts.append("-- test: fine\n-- expect: SELECT true\n")
    users.write("odd.sql", "".join(texts))
    ran = users.run("migrate", "test", "odd.sql", "--format", "json")
    assert (ran.code, ran.err) == (3, "")
    tests = {test.pop("name"): test for test in json.loads(ran.out)["files"][0]["tests"]}
    assert [name for name, test in tests.items() if test["ok"]] == ["fine"]
    for query, (said, broken) in FAILING.items():
        assert said in tests[query]["what"] + tests[query]["detail"], query
        assert tests[query]["broken"] is broken and tests[query]["file"] == "odd.sql"
    assert tests["SELECT true UNION ALL SELECT NULL"]["line"] == 4
    assert "missing\n  (2, NULL)" in tests["rows"]["detail"] and "too many\n  (1, a)" in tests["rows"]["detail"]
    assert "in this order instead\n  (1)\n  (2)" in tests["order"]["detail"]
    assert "there was none" in tests["no error"]["what"]
    assert "division by zero (SQLSTATE 22012)" in tests["other error"]["detail"]
    assert "22P02" in tests["data"]["detail"] and tests["data"]["broken"]
    assert "migrations/3_unique.sql:1" in tests["migration"]["detail"] and "23505" in tests["migration"]["detail"]
    assert "transaction is still open" in tests["open"]["what"]
    assert "forward only" in tests["backwards"]["detail"] + tests["backwards"]["what"]


def test_junit_has_failures_and_errors(users: Place) -> None:
    users.write("t.sql", "-- test: a\n-- expect: SELECT false\n-- test: b\n-- expect: SELECT 1\n-- test: c\n"
                "-- expect: SELECT true\n")  # fmt: skip
    ran = users.run("migrate", "test", "t.sql", "--format", "junit")
    assert ran.code == 3 and junit_errors(ran.out) == []
    suite = ElementTree.fromstring(ran.out)[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")


def test_nothing_to_replay(place: Place, tmp_path: Path) -> None:
    """Several tests that begin with nothing, where no server runs yet: it is started for them."""
    tmp_path.chmod(0o755)
    (tmp_path / "cache").mkdir(mode=0o711)
    own = {"TELAMON_CACHE": str(tmp_path / "cache")}
    place.migrations(v1_t="CREATE TABLE t (a int);")
    place.write("t.sql", "".join(f"-- test: {n}\n-- at: empty\n-- migrate to: 1\n" for n in range(3)))
    ran = place.start("migrate", "test", "t.sql", "-j", "2", environment=own)
    place.start("dev", "stop", "--purge", environment=own)
    assert ran.code == 0 and "3 tests: 3 passed" in ran.out, ran.err


def test_what_stops_all(users: Place) -> None:
    """A version that does not exist, a misspelt directive, a broken seal: before any test is run."""
    users.write("t.sql", "-- test: a\n-- at: 9\n-- expect: SELECT true\n")
    ran = users.run("migrate", "test", "t.sql")
    assert (ran.code, ran.out) == (2, "") and "no migration has the version 9" in ran.err and "t.sql:1: a" in ran.err
    users.write("t.sql", "-- test: a\n-- expekt: SELECT true\n")
    assert users.run("migrate", "test", "t.sql").code == 3
    users.write("t.sql", "-- test: a\n-- expect: SELECT true\n")
    users.write("migrations/1_users.sql", "SELECT 1;")
    assert "checksum mismatch" in users.run("migrate", "test", "t.sql").err


def test_the_configuration_names_the_folder(users: Place) -> None:
    users.write("telamon.toml", 'tests = "checks"\n')
    users.write("checks/a.sql", "-- test: a\n-- expect: SELECT true\n")
    assert "checks/a.sql\n  ok   a" in users.run("migrate", "test").out


def test_new_migrations_run_onto_rows(users: Place) -> None:
    """From the last version of a branch, with rows in every table: what only an empty database takes is found."""
    users.git("init", "-q")
    users.git("add", ".")
    users.git("commit", "-qm", "base")
    assert "0 new migrations, 1 table with rows" in users.run("migrate", "test", "--git-base", "main").out
    users.migrations(
        v4_more="ALTER TABLE users RENAME TO people;\nCREATE TABLE t ();\nDELETE FROM people WHERE id = 1;"
    )
    ran = users.run("migrate", "test", "--git-base", "main")
    assert ran.code == 0, ran.out
    assert "1 new migration, 1 table with rows" in ran.out and "rows lost: public.people has 1 of 2" in ran.out
    users.migrations(v5_required="ALTER TABLE people ADD COLUMN mail text NOT NULL;")
    ran = users.run("migrate", "test", "--git-base", "main")
    assert ran.code == 3 and "migrations/5_required.sql" in ran.out and "23502" in ran.out


def test_new_migrations_come_last(users: Place) -> None:
    users.git("init", "-q")
    users.git("add", ".")
    users.git("commit", "-qm", "base")
    users.migrations(v0_early="SELECT 1;")
    ran = users.run("migrate", "test", "--git-base", "main")
    assert ran.code == 3 and "0_early.sql" in ran.err and "telamon migrate rebase" in ran.err
    assert users.run("migrate", "test", "--git-base", "nowhere").code == 2
