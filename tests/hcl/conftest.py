"""A server, and repositories in the state in which Atlas leaves them: written here, without Telamon's own code."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from telamon.cli import main
from telamon.dev import Database, Dev, open_dev
from telamon.dev.embedded import clusters, stop

SOURCE = str(Path(__file__).parents[2] / "src")
REVISIONS = """
CREATE TABLE {} ("version" character varying NOT NULL, "description" character varying NOT NULL,
  "type" bigint NOT NULL DEFAULT 2, "applied" bigint NOT NULL DEFAULT 0, "total" bigint NOT NULL DEFAULT 0,
  "executed_at" timestamptz NOT NULL, "execution_time" bigint NOT NULL, "error" text NULL, "error_stmt" text NULL,
  "hash" character varying NOT NULL, "partial_hashes" jsonb NULL, "operator_version" character varying NOT NULL,
  PRIMARY KEY ("version"))
"""


@pytest.fixture(scope="session")
def server() -> Iterator[Dev]:
    """A server of this session's own, which the commands use for their dev databases too."""
    folder = Path(tempfile.mkdtemp(prefix="tlh"))
    folder.chmod(0o711)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TELAMON_CACHE", str(folder))
        with open_dev() as dev:
            yield dev
        for cluster in clusters():
            stop(cluster, purge=True)
    shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Ran:
    """What a command said."""

    code: int
    out: str
    err: str


def url_of(conninfo: str, **parameters: str) -> str:
    """A database as a URL."""
    given = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    return "postgres:///?" + urllib.parse.urlencode(given | parameters, quote_via=urllib.parse.quote)


@dataclass
class Repository:
    """A folder, and a database to which some of its migrations were applied."""

    folder: Path
    database: Database
    connection: psycopg.Connection[Any]
    environment: dict[str, str] = field(default_factory=dict)

    def url(self, **parameters: str) -> str:
        """The target."""
        return url_of(self.database.conninfo, **parameters)

    def write(self, name: str, text: str) -> Path:
        """Writes a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def seal(self, directory: str) -> dict[str, str]:
        """Writes atlas.sum as Atlas does, and returns the files' hashes."""
        state, total, lines, hashes = hashlib.sha256(), hashlib.sha256(), [], {}
        for file in sorted((self.folder / directory).glob("*.sql")):
            state.update(file.name.encode() + file.read_bytes())
            hashes[file.name] = base64.b64encode(state.digest()).decode()
            total.update((file.name + hashes[file.name]).encode())
            lines.append(f"{file.name} h1:{hashes[file.name]}\n")
        whole = base64.b64encode(total.digest()).decode()
        self.write(f"{directory}/atlas.sum", f"h1:{whole}\n{''.join(lines)}")
        return hashes

    def applied(self, directory: str, names: list[str], schema: str, *, baseline: bool = False) -> None:
        """Runs files and records them as Atlas does.

        Args:
            schema: of the revision table.
            baseline: only record them, as a baseline.
        """
        hashes = self.seal(directory)
        table = sql.Identifier(schema, "atlas_schema_revisions")
        self.connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        self.connection.execute(sql.SQL(REVISIONS).format(table))
        for name in names:
            text = (self.folder / directory / name).read_text()
            version, _, description = name.removesuffix(".sql").partition("_")
            self.connection.execute(text.encode())
            count = 0 if baseline else text.count(";")
            self.connection.execute(
                sql.SQL("INSERT INTO {} VALUES (%s, %s, %s, %s, %s, now(), 9, '', '', %s, 'null', %s)").format(table),
                [version, description, 1 if baseline else 2, count, count, "" if baseline else hashes[name],
                 "Atlas CLI v0.31.0"],
            )  # fmt: skip

    def run(self, *arguments: str) -> Ran:
        """Runs a command in this process, in the repository's folder."""
        with contextlib.chdir(self.folder):
            result = CliRunner().invoke(main, arguments, env=self.environment)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    def start(self, *arguments: str) -> Ran:
        """Runs a command as a process of its own, as a Makefile does."""
        done = subprocess.run(
            [sys.executable, "-m", "telamon", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": SOURCE, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def fine(self, *arguments: str) -> Ran:
        """Runs a command that is to succeed."""
        ran = self.run(*arguments)
        assert ran.code == 0, (arguments, ran)
        return ran

    def rows(self, query: str) -> list[Any]:
        """The rows of a query; of one column, its values."""
        found = self.connection.execute(query.encode()).fetchall()
        return [row[0] if len(row) == 1 else row for row in found]


@pytest.fixture
def repository(server: Dev, tmp_path: Path) -> Iterator[Repository]:
    """An empty repository with an empty database."""
    (tmp_path / ".git").mkdir()
    with server.create() as database, database.connect() as connection:
        yield Repository(tmp_path, database, connection)
