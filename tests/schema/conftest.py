"""One embedded server for all of these tests, and for each a target database and a folder to work in."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.conninfo import conninfo_to_dict

from telamon.cli import main
from telamon.dev import Dev, open_dev
from telamon.dev.embedded import clusters, stop

SOURCE = str(Path(__file__).parents[2] / "src")
MAIN = [sys.executable, "-c", "from telamon.cli import main; main()"]


@pytest.fixture(scope="session")
def server() -> Iterator[Dev]:
    """A server of this session's own, which the commands use for their dev databases too."""
    folder = Path(tempfile.mkdtemp(prefix="tls"))
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


@dataclass
class Work:
    """A target, and the folder in which commands run."""

    conninfo: str
    folder: Path
    connection: psycopg.Connection[Any]

    def url(self, **parameters: str) -> str:
        """The target as a URL."""
        given = {name: str(value) for name, value in conninfo_to_dict(self.conninfo).items()}
        return "postgres:///?" + urllib.parse.urlencode(given | parameters, quote_via=urllib.parse.quote)

    def write(self, name: str, text: str) -> Path:
        """Writes a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def sql(self, query: str) -> list[Any]:
        """The rows of a query; of one column, its values."""
        cursor = self.connection.execute(query.encode())
        rows = cursor.fetchall() if cursor.description else []
        return [row[0] if len(row) == 1 else row for row in rows]

    def run(self, *arguments: str) -> Ran:
        """Runs a command in this process, without a terminal."""
        result = CliRunner().invoke(main, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts a command as a process of its own."""
        return subprocess.Popen(
            [*MAIN, *arguments], cwd=self.folder, env={**os.environ, "PYTHONPATH": SOURCE}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def talk(self, *arguments: str, answers: str) -> Ran:
        """Runs a command on a terminal, typing one answer (a letter) at each question."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [*MAIN, *arguments], cwd=self.folder, env={**os.environ, "PYTHONPATH": SOURCE, "TERM": "dumb"},
            stdin=theirs, stdout=theirs, stderr=theirs,
        )  # fmt: skip
        os.close(theirs)
        seen, left, deadline = "", list(answers), time.monotonic() + 60
        while time.monotonic() < deadline:
            if not select.select([ours], [], [], 0.2)[0]:
                if process.poll() is not None:
                    break
                continue
            try:
                text = os.read(ours, 65536).decode()
            except OSError:  # the other side is closed
                break
            seen += text
            if text.rstrip().endswith("[y/N]:") and left:
                os.write(ours, f"{left.pop(0)}\n".encode())
        os.close(ours)
        return Ran(process.wait(timeout=30), seen.replace("\r\n", "\n"), "")


@pytest.fixture
def work(server: Dev, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    """An empty database and an empty folder, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    with server.create() as database, database.connect() as connection:
        yield Work(database.conninfo, tmp_path, connection)
