"""A new start of the history."""

from __future__ import annotations

from pathlib import Path

import pytest

from telamon.engine import Engine
from telamon.errors import UsageError
from telamon.history.checkpoint import checkpoint
from telamon.history.states import reached
from tests.history.conftest import make


def test_new_databases_start_there(engine: Engine, tmp_path: Path) -> None:
    directory = make(
        tmp_path,
        {
            "1_a.sql": "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1), (2);\n"
            "COPY a FROM stdin;\n3\n\\.\n",
            "2_b.sql": "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT count(*)::int FROM public.a';",
        },
    )
    made = checkpoint(engine, directory, "v1")
    start = made.wanted.for_empty_database()
    assert [file.name for file in start] == [made.file]
    assert start[0].arguments("checkpoint") == ["v1"]
    assert reached(engine, made.wanted).digest() == reached(engine, directory).digest()
    assert made.warnings == (
        "table public.a has 2 rows from migrations; new databases will not have them",
        f"{tmp_path}/1_a.sql:2 writes rows; new databases will not have them",
    )


def test_nothing_and_bad_tags(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is empty"):
        checkpoint(engine, make(tmp_path, {}))
    with pytest.raises(UsageError, match="cannot be a tag"):
        checkpoint(engine, make(tmp_path, {"1.sql": "SELECT 1;"}), "a\nDROP TABLE x;")
