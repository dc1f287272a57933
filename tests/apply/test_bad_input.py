"""Bad input, given to the command: it names file, line, statement and the next step, and touches nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from telamon.apply.events import FileStarted, StatementDone
from telamon.apply.report import Recorder
from telamon.directory import Directory
from tests.apply.conftest import Case

SOURCE = str(Path(__file__).parents[2] / "src")
GOOD = "create table good ();\n"


def run(case: Case, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs `telamon migrate apply`."""
    command = [sys.executable, "-m", "telamon", "migrate", "apply", "--url", case.url(), "--dir", str(case.path)]
    return subprocess.run(
        [*command, *arguments],
        env={**os.environ, "PYTHONPATH": SOURCE, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@dataclass(frozen=True)
class Bad:
    """A second file, after a good one, and what is said of it.

    Args:
        content: of the file.
        place: where the fault is: what follows the path of the file.
        says: what must be told: the fault, and the next step.
        name: of the file.
        code: the exit code.
    """

    content: bytes
    place: str
    says: tuple[str, ...]
    name: str = "2_bad.sql"
    code: int = 3


NONE = "-- atlas:txmode none"
TABLE = {
    "NUL": Bad(b"select 1;\nselect '\0';\n", ":2 (byte 18)", ("NUL byte", "Save the file as UTF-8")),
    "not UTF-8": Bad(b"select 1;\n\n-- caf\xe9\n", ":3 (byte 17)", ("0xe9", "not UTF-8", "Save the file as UTF-8")),
    "unclosed": Bad(b"select 1;\nselect 'x;\n", ":2:8", ("unclosed quote '", "Close it"), code=1),
    "BEGIN": Bad(
        b"begin;\ncreate table b ();\ncommit;\n", ":1", ("statement 1 of 2_bad.sql begins", "Remove", NONE)
    ),
    "COMMIT": Bad(b"create table b ();\n\ncommit;\n", ":3", ("statement 2 of 2_bad.sql commits", "commit;", NONE)),
    "outside": Bad(
        b"create table b (x int);\ncreate index\n  concurrently i on b (x);\n", ":2",
        ("statement 2 of 2_bad.sql cannot run in a transaction", "concurrently i on b (x);", NONE, "migrate hash"),
    ),
    "two heads": Bad(b"select 1;\n", "", ("two migrations have the version 1", "Rename the later one"), "1_other.sql"),
    "wrong SQL": Bad(
        b"select 1;\ncreate table b (\n  x nope);\n", ":3",
        ("2_bad.sql failed at statement 2 of 2", 'type "nope" does not exist', "Repair the file"), code=1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", TABLE)
def test_what_is_wrong_with_a_file(case: Case, fault: str) -> None:
    bad = TABLE[fault]
    (case.path / "1_good.sql").write_text(GOOD)
    (case.path / bad.name).write_bytes(bad.content)
    Directory.read(case.path).seal()
    ran = run(case, "--tx-mode", "all")
    assert ran.returncode == bad.code, ran.stderr
    assert f"{case.path / bad.name}{bad.place}\n" in ran.stderr
    for text in bad.says:
        assert text in ran.stderr
    assert "Traceback" not in ran.stderr
    assert case.sql("select to_regclass('good')") == [None]


def test_a_tampered_file(case: Case) -> None:
    case.write(v1_good=GOOD, v2_b="create table b ();\n")
    (case.path / "2_b.sql").write_text("drop table good;\n")
    ran = run(case)
    assert (ran.returncode, case.sql("select to_regclass('good')")) == (3, [None])
    for text in ("checksum mismatch: 2_b.sql was edited", "atlas.sum:3", "telamon migrate hash"):
        assert text in ran.stderr


def test_the_file_of_an_unfinished_revision_is_missing(case: Case) -> None:
    case.write(v1=GOOD, v2="-- atlas:txmode none\n\ncreate table b ();\nselect 1/0;")
    assert run(case).returncode == 1
    (case.path / "2.sql").unlink()
    case.write(v3="create table c ();")
    ran = run(case)
    assert (ran.returncode, case.sql("select to_regclass('c')")) == (3, [None])
    assert 'revision "2" is partially applied but migration file was not found' in ran.stderr
    assert "Bring the file back" in ran.stderr


def test_a_target_newer_than_the_directory_and_an_empty_file(case: Case) -> None:
    case.write(v1=GOOD, v2="", v3="create table c ();")
    assert run(case).returncode == 0
    (case.path / "3.sql").unlink()
    case.write()
    ran = run(case)
    assert (ran.returncode, ran.stdout) == (0, "No migration files to execute\n")
    assert "the target is at version 3, which is newer than this directory" in ran.stderr
    assert case.rows("version, applied, total") == [("1", 1, 1), ("2", 0, 0), ("3", 1, 1)]


def test_a_file_of_100_mebibytes(case: Case) -> None:
    line = "1\t" + "x" * 1021 + "\n"
    case.write(v1="create unlogged table big (n int, t text);\ncopy big from stdin;\n" + line * 102400 + "\\.\n")
    assert (case.path / "1.sql").stat().st_size > 100 * 2**20
    ran = run(case)
    assert ran.returncode == 0, ran.stderr[-500:]
    assert case.sql("select count(*) from big") == [102400]


def test_a_file_of_many_statements(case: Case) -> None:
    """They are sent in portions; which one failed is known all the same."""
    good, bad = "insert into log values (1);\n", "insert into log values ('x');\n"
    case.write(v1="create table log (n int);\n" + good * 2400 + bad + good * 700)
    ran = run(case)
    assert "1.sql failed at statement 2402 of 3102" in ran.stderr and "1.sql:2402" in ran.stderr
    assert case.sql("select to_regclass('log')") == [None]
    case.write(v1="create table log (n int);\n" + good * 3101)
    report = case.apply()
    assert len(report.applied[0].statements) == 3102
    assert case.sql("select count(*) from log") == [3101]


def test_the_report_takes_time_in_proportion() -> None:
    def seconds(count: int) -> float:
        recorder, begun = Recorder({}), time.process_time()
        recorder(FileStarted("1.sql", "1", "", count, 0))
        for index in range(count):
            recorder(StatementDone("1", index, "select 1;"))
        assert len(recorder.report().applied[0].statements) == count
        return time.process_time() - begun

    assert min(seconds(20_000) for _ in range(2)) < 9 * min(seconds(5_000) for _ in range(2))
