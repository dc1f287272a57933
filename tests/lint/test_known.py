"""The base state is kept, and only taken for a copy of what it was read from."""

from __future__ import annotations

from pathlib import Path

import pytest

from telamon.lint import known
from telamon.lint.known import Lazy, base_state
from telamon.lint.state import read_state
from tests.lint.conftest import Lab

SETUP = b"""
CREATE TABLE t (id int PRIMARY KEY, a text CHECK (a <> ''));
CREATE INDEX t_a ON t (a);
CREATE TYPE e AS ENUM ('x');
CREATE VIEW v AS SELECT id FROM t;
COMMENT ON TABLE t IS 'c';
"""


def test_the_same_is_read_once(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is loaded equals what is read; another database with the same key is read anew."""
    monkeypatch.setenv("TELAMON_CACHE", str(tmp_path))
    with lab.dev.create() as database:
        connection = database.connect()
        connection.execute(SETUP)
        assert base_state(connection, "k") == read_state(connection)
        with monkeypatch.context() as patch:
            patch.setattr(known, "read_state", None)
            loaded = base_state(connection, "k")
        table = loaded.by_name["public", "t"]
        assert isinstance(table.columns, Lazy)
        assert loaded == read_state(connection)
        assert loaded.owners and loaded.things["value"]
        connection.execute("DROP TABLE t CASCADE; CREATE TABLE t (id int)")
        assert base_state(connection, "k") == read_state(connection)


def test_a_broken_file_is_only_slower(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read again."""
    monkeypatch.setenv("TELAMON_CACHE", str(tmp_path))
    with lab.dev.create() as database:
        connection = database.connect()
        connection.execute(SETUP)
        base_state(connection, "k")
        [path] = (tmp_path / "catalogs").glob("*.value")
        path.write_bytes(path.read_bytes()[:100])
        assert base_state(connection, "k") == read_state(connection)
