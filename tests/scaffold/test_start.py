"""Plain `telamon init`: what it writes works as it is, by make."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from telamon.dev import Database, Dev
from tests.commands import Place, Ran

LINT = importlib.util.find_spec("telamon.cli.migrate_lint") is not None
WRITTEN = ["telamon.toml", "schema.sql", "seeds/local/users.csv", "Makefile"]


def url_of(database: Database, **parameters: str) -> str:
    """The URL of a dev database."""
    from urllib.parse import quote, urlencode

    given = {name: str(value) for name, value in conninfo_to_dict(database.conninfo).items()}
    return "postgres:///?" + urlencode(given | parameters, quote_via=quote)


def make(place: Place, *arguments: str, environment: dict[str, str] | None = None) -> Ran:
    """Runs make, with the tested command."""
    return place.program("make", f"TELAMON={sys.executable} -m telamon", *arguments, environment=environment)


@pytest.fixture
def repository(place: Place) -> Place:
    """An empty repository."""
    place.git("init", "-q")
    return place


def test_each_target_of_the_makefile(repository: Place, server: Dev, monkeypatch: pytest.MonkeyPatch) -> None:
    """From an empty folder to a migrated and seeded database; each target does what it says."""
    ran = repository.start("init")
    assert (ran.code, ran.out.splitlines()) == (0, [f"{path}: written" for path in WRITTEN])
    with server.create() as database, database.connect() as connection:
        monkeypatch.setenv("DATABASE_URL", url_of(database))

        def rows() -> int:
            row = connection.execute("SELECT count(*) FROM users").fetchone()
            return int(row[0]) if row else 0

        nameless = make(repository, "db-generate", environment={"NAME": "a-machine"})
        assert nameless.code == 2 and "Which name? make db-generate NAME=" in nameless.err
        odd = make(repository, "db-generate", "NAME=`touch x`")
        assert odd.code == 2 and "`" in odd.err and not (repository.folder / "x").exists()
        assert make(repository, "db-generate", "NAME=first").code == 0
        assert make(repository, "db-validate").code == 0
        assert "Pending Files:   1" in make(repository, "db-status").out
        assert make(repository, "db-apply").code == 0
        assert "Migration Status: OK" in make(repository, "db-status").out
        assert "local/users.csv: loaded, 2 rows" in make(repository, "db-seed").out and rows() == 2
        connection.execute("INSERT INTO users (email) VALUES ('x')")
        refused = make(repository, "db-reset")
        assert refused.code == 2 and rows() == 3  # without a terminal nobody can be asked
        assert make(repository, "db-reset", "YES=1").code == 0 and rows() == 2
        lint = make(repository, "db-lint")
        assert (lint.code == 0) is LINT, lint
        path = next((repository.folder / "migrations").glob("*.sql"))
        path.write_text("SELECT 1;")
        assert make(repository, "db-validate").code == 2


def test_other_environments(repository: Place) -> None:
    """DB_ENV names one; what it needs and lacks is said."""
    assert repository.run("init").code == 0
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL_MIGRATION"}
    ran = make(repository, "db-status", "DB_ENV=prod", environment=environment)
    assert ran.code == 2 and "DATABASE_URL_MIGRATION is not set" in ran.err


def test_nothing_is_overwritten(repository: Place) -> None:
    """A Makefile of the project's own gets a file to include; a configuration, whatever its kind, is enough."""
    repository.write("Makefile", "include telamon.mk\nall:\n")
    repository.write("schema.sql", "-- mine\n")
    ran = repository.start("init")
    assert ran.code == 0 and "include telamon.mk" in ran.err
    assert ran.out.splitlines() == [
        "telamon.toml: written", "schema.sql: kept", "seeds/local/users.csv: written", "telamon.mk: written",
    ]  # fmt: skip
    assert (
        Path("Makefile").read_text() == "include telamon.mk\nall:\n" and Path("schema.sql").read_text() == "-- mine\n"
    )
    assert repository.program("make", "--dry-run", "db-apply").out.startswith("telamon migrate apply")
    again = repository.run("init", "--format", "json")
    assert json.loads(again.out) == [{"path": "telamon.mk", "outcome": "unchanged"}]
    Path("telamon.toml").unlink()
    repository.write("atlas.hcl", 'env "local" {\n  url = "postgres://localhost/app"\n}\n')
    assert repository.run("init").out == "telamon.mk: unchanged\n" and not Path("telamon.toml").exists()
