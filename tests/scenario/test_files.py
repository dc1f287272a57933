"""The format of tests of migrations: what is read from a file, and what is refused in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from telamon.errors import CheckError, TelamonError, UsageError
from telamon.scenario.files import find_files, parse, read_file
from telamon.scenario.types import Execute, Fails, Holds, Migrate, SameRows

WHOLE = """\
-- What is tested here: names.  (a comment, no directive)

-- test: names are split
-- at: 1
INSERT INTO t VALUES (1);
INSERT INTO t VALUES (2);
-- Migrate  To: 2
-- expect: SELECT true;
UPDATE t SET a = 1;
-- expect:
SELECT count(*)
     = 2 FROM t;
-- expect rows in order: SELECT a FROM t ORDER BY a
VALUES (1), (2);
-- expect rows:
SELECT 1;
SELECT 1;
DELETE FROM t;
-- expect error: no such thing
SELECT nothing;
-- expect error:
-- migrate to: newest

-- test: a directive within a body is none
DO $$
-- expect: SELECT false
BEGIN END $$;
SELECT '
-- expect: SELECT false
';
COPY t FROM stdin;
-- expect: SELECT false
\\.
-- expect: SELECT true
"""


def test_a_whole_file() -> None:
    """Every directive takes its argument and its statements, with their lines; the rest is run as it stands."""
    first, second = parse(WHOLE, "f.sql")
    assert (first.name, first.at, str(first.origin)) == ("names are split", "1", "f.sql:3")
    kinds = [type(step) for step in first.steps]
    assert kinds == [Execute, Execute, Migrate, Holds, Execute, Holds, SameRows, SameRows, Execute, Fails, Fails]
    query = first.steps[5]
    assert isinstance(query, Holds) and query.query.origin.line == 11 and query.query.text.endswith("FROM t;")
    assert [step.ordered for step in first.steps if isinstance(step, SameRows)] == [True, False]
    statement, migration = first.steps[-2:]
    assert isinstance(statement, Fails) and isinstance(statement.step, Execute) and statement.words == "no such thing"
    assert isinstance(migration, Fails) and isinstance(migration.step, Migrate) and migration.words == ""
    assert (second.at, [type(step) for step in second.steps]) == ("newest", [Execute, Execute, Execute, Holds])
    copied = second.steps[2]
    assert isinstance(copied, Execute) and copied.statement.copy_data == "-- expect: SELECT false\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("SELECT 1;\n-- test: a\n-- expect: SELECT true", 1, "before the first test"),
        ("-- expect: SELECT true", 1, "begins with its name"),
        ("-- test:\n-- expect: SELECT true", 1, "name of its own"),
        ("-- test: a\n-- expect: SELECT 1\n-- test: a\n-- expect: SELECT 1", 3, "name of its own"),
        ("-- test: a\nSELECT 1;", 1, "expects nothing"),
        ("-- test: a\n-- expct: SELECT true", 2, "`-- expect:`"),
        ("-- test: a\n-- migrate: 3", 2, "`-- migrate to:`"),
        ("-- test: a\nSELECT 1;\n-- at: 1", 3, "comes first"),
        ("-- test: a\n-- at:\n-- expect: SELECT 1", 2, "at which version"),
        ("-- test: a\n-- expect:", 2, "needs a query"),
        ("-- test: a\n-- expect: SELECT 1; SELECT 2", 2, "one statement"),
        ("-- test: a\n-- expect rows: SELECT 1", 2, "VALUES"),
        ("-- test: a\n-- expect error: x", 2, "What is to fail"),
        ("-- test: a\n-- expect error: x\n-- expect: SELECT 1", 2, "What is to fail"),
        ("-- test: a\n-- expect: SELECT 1\nSELECT 'x;\n-- migrate to: 3", 3, "unclosed quote"),
        ("-- only a comment", 0, "no test in the file"),
    ],
)
def test_what_is_refused(text: str, line: int, said: str) -> None:
    """With the line of the mistake, and what to write."""
    with pytest.raises(CheckError) as caught:
        parse(text, "f.sql")
    assert said in str(caught.value)
    assert caught.value.where.startswith(f"f.sql:{line}" if line else "f.sql")


def test_files_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In folders and below, each once; the default folder only where none is given."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no tests of migrations"):
        find_files([])
    for name in ("tests/migrations/b.sql", "tests/migrations/a/c.sql", "tests/migrations/readme.md", "other.sql"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert find_files([]) == ["tests/migrations/a/c.sql", "tests/migrations/b.sql"]
    assert find_files(["other.sql", "./other.sql", "tests"]) == ["other.sql", *find_files([])]
    (tmp_path / "none").mkdir()
    for missing in ("nowhere", "none"):
        with pytest.raises(UsageError):
            find_files([missing])


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.sql").write_bytes(b"-- test: \xe4\n")
    with pytest.raises(CheckError, match="UTF-8"):
        read_file(str(tmp_path / "latin.sql"))
    with pytest.raises(TelamonError, match="cannot be read"):
        read_file(str(tmp_path))
