"""What the commands here rely on: each file is replayed under the settings of a fresh session, as apply runs it."""

from __future__ import annotations

from pathlib import Path

from telamon.engine import Engine
from telamon.history.states import reached
from tests.history.conftest import make


def test_settings_end_with_their_file(engine: Engine, tmp_path: Path) -> None:
    files = {
        "1.sql": "CREATE SCHEMA s; SET search_path = s; CREATE TABLE a ();",
        "2.sql": "CREATE TABLE b ();",
        "3.sql": "SELECT set_config('search_path', '', false);",
        "4.sql": "-- atlas:txmode none\n\nCREATE TABLE c ();",
    }
    catalog = reached(engine, make(tmp_path, files))
    tables = {fact.id[1:] for fact in catalog if fact.kind == "table"}
    assert tables == {("s", "a"), ("public", "b"), ("public", "c")}
