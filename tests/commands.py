"""Running the installed command in a folder, with one embedded server for all tests of a session."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from telamon.cli import main
from telamon.dev import Dev, open_dev
from telamon.dev.embedded import clusters, stop
from telamon.directory import Directory

SOURCE = str(Path(__file__).parents[1] / "src")
SECONDS = 60
OUTER_MAKE = {"MAKEFLAGS": "", "MFLAGS": "", "MAKELEVEL": "0"}
"""A make that a test runs is not a part of the make that runs the tests, and does not print as one."""
GIT = ("git", "-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main")


@pytest.fixture(scope="session")
def server() -> Iterator[Dev]:
    """A server of this session's own, which the commands use for their dev databases too."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="tlx", dir=memory))
    folder.chmod(0o711)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TELAMON_CACHE", str(folder))
        with open_dev() as dev:
            dev.create().drop()
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


@dataclass(frozen=True)
class Place:
    """A folder in which commands run."""

    folder: Path

    def write(self, name: str, text: str) -> Path:
        """Writes a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def migrations(self, **files: str) -> None:
        """Writes migrations and seals them. `v1_a="..."` is the file `1_a.sql`."""
        for name, text in files.items():
            self.write(f"migrations/{name.removeprefix('v')}.sql", text)
        Directory.read(self.folder / "migrations").seal()

    def run(self, *arguments: str) -> Ran:
        """Runs a command in this process, without a terminal."""
        result = CliRunner().invoke(main, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    def start(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Ran:
        """Runs a command as a process of its own."""
        return self.program(sys.executable, "-m", "telamon", *arguments, environment=environment)

    def git(self, *arguments: str) -> str:
        """Runs git, which must not fail."""
        ran = self.program(*GIT, *arguments)
        assert ran.code == 0, ran.err
        return ran.out

    def program(self, *command: str, environment: Mapping[str, str] | None = None) -> Ran:
        """Runs any program here."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, **OUTER_MAKE, "PYTHONPATH": SOURCE, "NO_COLOR": "1", **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def place(server: Dev, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """An empty folder, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    return Place(tmp_path)
