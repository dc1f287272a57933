"""The history of a target, set by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from telamon.apply import Options, apply, status
from telamon.engine import Engine
from telamon.errors import TelamonError, UsageError
from telamon.history.mark import Marked, mark
from tests.history.conftest import make

FILES = {f"{number}_t.sql": f"CREATE TABLE t{number} ();\n" for number in (1, 2, 3)}


@pytest.fixture
def url(engine: Engine) -> Iterator[str]:
    with engine.dev.create() as database:
        known = conninfo_to_dict(database.conninfo)
        yield f"postgresql://{known['user']}@/{known['dbname']}?host={known['host']}&port={known['port']}"


def test_set_forth_and_back(tmp_path: Path, url: str) -> None:
    directory = make(tmp_path, FILES)
    with pytest.raises(UsageError, match="no history yet"):
        mark(url, directory)
    with pytest.raises(UsageError, match="no migration has the version 9"):
        mark(url, directory, "9")
    assert mark(url, directory, "2") == Marked("2", ("1", "2"), (), ())
    rows = status(url, directory).applied
    assert [(row.version, row.type, row.hash) for row in rows] == [
        (file.version, 4, directory.entry_hash(file)) for file in directory.files[:2]
    ]
    assert [file.version for file in apply(url, directory).applied] == ["3"]
    assert mark(url, directory, "1") == Marked("1", (), (), ("2", "3"))
    assert mark(url, directory) == Marked("3", ("2", "3"), (), ())
    assert mark(url, directory) == Marked("3", (), (), ())
    assert status(url, directory).status == "OK"


def test_an_unfinished_file_counts_as_done(tmp_path: Path, url: str) -> None:
    directory = make(tmp_path, {"1.sql": "-- atlas:txmode none\n\nCREATE TABLE a ();\nCREATE TABLE a ();\n"})
    with pytest.raises(TelamonError):
        apply(url, directory, Options())
    assert status(url, directory).applied[0].partial
    assert mark(url, directory, "1") == Marked("1", (), ("1",), ())
    assert [(row.type, row.applied, row.total) for row in status(url, directory).applied] == [(6, 1, 2)]
    assert status(url, directory).status == "OK"
