"""`migrate lint --fix`: files are split, proved, sealed, and no longer found."""

from __future__ import annotations

from pathlib import Path

import pytest

from telamon.directory import Directory
from telamon.errors import TelamonError
from telamon.lint.fix import fix, split
from telamon.lint.judge import Judge, Run, lint
from telamon.lint.rules import RULES
from telamon.lint.select import select
from telamon.lint.settings import Settings
from tests.history.conftest import make
from tests.lint.conftest import Lab

BASE = {
    "1_a.sql": "CREATE TABLE u (id bigint PRIMARY KEY);\n"
    "CREATE TABLE t (id bigint NOT NULL, a text, n bigint);\nCREATE INDEX t_old ON t (n, a);\n"
}
CASES = {
    "PG101": "CREATE INDEX t_a ON t (a);",
    "PG102": "DROP INDEX t_old;",
    "PG103": "CREATE INDEX CONCURRENTLY t_a ON t (a);",
    "PG104": "ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY (id);",
    "PG105": "ALTER TABLE t ADD CONSTRAINT t_a_key UNIQUE (a);",
    "PG303": "ALTER TABLE t ALTER COLUMN a SET NOT NULL;",
    "PG305": "ALTER TABLE t ADD CHECK (n > 0);",
    "PG306": "ALTER TABLE t ADD CONSTRAINT t_n FOREIGN KEY (n) REFERENCES u (id);",
}


@pytest.fixture
def quiet(lab: Lab, tmp_path: Path) -> Path:
    """A folder, with the tests' server at hand."""
    return tmp_path / "migrations"


def codes(directory: Directory) -> set[str]:
    """What is found from the second file on."""
    report = lint(select(directory, after="2"), "embedded", Settings())
    assert not any(file.failure for file in report.files), report
    return {finding.code for finding in report}


@pytest.mark.parametrize("code", CASES)
def test_each_fix(lab: Lab, code: str) -> None:
    """What was found is not found any more, and comments stay."""
    sql = f"-- why this is done\nALTER TABLE u ADD COLUMN b text;\n-- and this\n{CASES[code]}\n"
    [(file, seen, context, failure)] = lab.run(BASE["1_a.sql"], sql)
    report = Judge(RULES, Settings()).report(file, seen, context, failure)
    assert code in {finding.code for finding in report.findings}
    contents = split(Run(file, tuple(seen), report))
    assert len(contents) > 1
    assert all(comment in "".join(contents) for comment in ("-- why this is done\n", "-- and this\n"))
    reports = lab.reports(BASE["1_a.sql"], *contents, settings=Settings())
    assert not any(each.failure for each in reports)
    left = {finding.code for each in reports for finding in each.findings}
    assert left & {code, "TL105", "TL110", "TL128"} == set()


def test_all_at_once(quiet: Path) -> None:
    """A file with everything becomes a few files, in an order that runs."""
    sql = "\n".join(each for code, each in CASES.items() if code != "PG103")
    directory = make(quiet, BASE | {"2_b.sql": sql})
    done = fix(directory, select(directory, after="2"), "embedded", Settings())
    assert len(done.written[0][1]) > 4
    Directory.read(quiet).check()
    assert codes(Directory.read(quiet)) & set(CASES) == set()


def test_partitioned_tables(quiet: Path) -> None:
    """By partitions, since the server takes no CONCURRENTLY and no USING INDEX for the whole."""
    base = (
        "CREATE TABLE u (id bigint PRIMARY KEY);\n"
        "CREATE TABLE t (id bigint NOT NULL, a text, n bigint) PARTITION BY RANGE (id);\n"
        "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (9);\nCREATE INDEX t_old ON t (n, a);\n"
    )
    cases = CASES | {"PG105": "ALTER TABLE t ADD CONSTRAINT t_a_key UNIQUE (id, a);"}
    sql = "\n".join(each for code, each in cases.items() if code not in ("PG103", "PG104"))
    directory = make(quiet, {"1_a.sql": base, "2_b.sql": sql})
    assert fix(directory, select(directory, after="2"), "embedded", Settings()).written
    assert codes(Directory.read(quiet)) & set(CASES) == {"PG102"}


def test_what_cannot_be_fixed_stays(quiet: Path) -> None:
    """Programs, several clauses, and what a comment excuses."""
    sql = (
        "DO $$ BEGIN CREATE INDEX t_a ON t (a); END $$;\n"
        "ALTER TABLE t ADD CHECK (n > 0), ADD COLUMN z int;\n"
        "-- atlas:nolint PG101\nCREATE INDEX t_b ON t (a, n);\n"
    )
    directory = make(quiet, BASE | {"2_b.sql": sql})
    assert fix(directory, select(directory, after="2"), "embedded", Settings()).written == ()
    assert Directory.read(quiet) == directory


def test_no_room_for_more_files(quiet: Path) -> None:
    """Versions between two that follow each other do not exist; nothing is written."""
    directory = make(quiet, BASE | {"2_b.sql": CASES["PG305"], "3_c.sql": "SELECT 1;"})
    with pytest.raises(TelamonError, match="no room"):
        fix(directory, select(directory, after="2"), "embedded", Settings())
    assert Directory.read(quiet) == directory
