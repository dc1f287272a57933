"""One embedded server for all tests of apply, and for each test a database of its own with a migration directory."""

from __future__ import annotations

import shutil
import tempfile
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from telamon.apply import ApplyReport, Options, Status, apply, status
from telamon.apply.events import Event
from telamon.dev import Dev, open_dev
from telamon.dev.embedded import clusters, stop
from telamon.directory import Directory


@pytest.fixture(scope="session")
def server() -> Iterator[Dev]:
    """A server of this session's own."""
    folder = Path(tempfile.mkdtemp(prefix="tla"))
    folder.chmod(0o711)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TELAMON_CACHE", str(folder))
        with open_dev() as dev:
            yield dev
        for cluster in clusters():
            stop(cluster, purge=True)
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Case:
    """A target and a directory."""

    conninfo: str
    path: Path
    connection: psycopg.Connection[Any]
    events: list[Event] = field(default_factory=list)

    def url(self, **parameters: str) -> str:
        """The target as a URL."""
        given = {name: str(value) for name, value in conninfo_to_dict(self.conninfo).items()}
        return "postgres:///?" + urllib.parse.urlencode(given | parameters, quote_via=urllib.parse.quote)

    def write(self, **files: str) -> None:
        """Writes files and seals the directory. `v1_a="..."` is the file `1_a.sql`."""
        for name, text in files.items():
            (self.path / f"{name.removeprefix('v')}.sql").write_text(text)
        Directory.read(self.path).seal()

    def apply(self, *, url: str | None = None, **options: Any) -> ApplyReport:
        """Applies, keeping the events."""
        return apply(url or self.url(), self.path, Options(**options), on_event=self.events.append)

    def status(self, **options: Any) -> Status:
        """Asks for the status."""
        return status(self.url(), self.path, **options)

    def sql(self, query: str) -> list[Any]:
        """The rows of a query; of one column, its values."""
        cursor = self.connection.execute(query.encode())
        rows = cursor.fetchall() if cursor.description else []
        return [row[0] if len(row) == 1 else row for row in rows]

    def rows(self, columns: str = "version, applied, total") -> list[Any]:
        """What is in the revision table."""
        return self.sql(f"select {columns} from atlas_schema_revisions.atlas_schema_revisions order by version")

    def seen(self, kind: type[Event]) -> list[Any]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def case(server: Dev, tmp_path: Path) -> Iterator[Case]:
    """An empty database and an empty directory."""
    path = tmp_path / "migrations"
    path.mkdir()
    with server.create() as database, database.connect() as connection:
        yield Case(database.conninfo, path, connection)


@pytest.fixture
def role(case: Case) -> Iterator[str]:
    """A role that may log in and owns nothing; dropped with what it came to own."""
    case.sql('create role "App User" login')
    yield "App User"
    case.sql('reassign owned by "App User" to current_user; drop owned by "App User"; drop role "App User"')
