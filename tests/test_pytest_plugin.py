"""The pytest plugin, in runs of pytest of their own, on a real server."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from telamon.dev import Dev
from telamon.directory import Directory
from telamon.replay import replay
from telamon.stepping import url_of
from tests.commands import SOURCE, server

__all__ = ["server"]
pytest_plugins = ["pytester"]

FILES = {
    "1_users": "CREATE TABLE users (id int PRIMARY KEY, name text);",
    "2_split": "ALTER TABLE users ADD COLUMN first text;\nUPDATE users SET first = split_part(name, ' ', 1);",
}
TESTS = """
import psycopg
import pytest

seen = []

def test_url(telamon_url, telamon_database):
    with psycopg.connect(telamon_url) as connection:
        connection.execute("INSERT INTO users VALUES (1, 'Ada', 'Ada')")
        assert connection.info.dbname == telamon_database.name
    seen.append(telamon_url)

def test_each_test_has_its_own(telamon_database):
    with telamon_database.connect() as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (0,)

def test_it_is_dropped(telamon_dev):
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(seen[0])

def test_steps(telamon_migrator):
    assert telamon_migrator.version is None and telamon_migrator.versions == ["1", "2"]
    telamon_migrator.to("1")
    telamon_migrator.execute("INSERT INTO users VALUES (%s, %s)", (1, "Ada Lovelace"))
    url = telamon_migrator.url
    telamon_migrator.to("newest")
    assert telamon_migrator.version == "2" and telamon_migrator.url == url
    assert telamon_migrator.execute("SELECT first FROM users") == [("Ada",)]
    with pytest.raises(Exception, match="forward only"):
        telamon_migrator.to("1")

def test_from_nothing(telamon_migrator):
    telamon_migrator.execute("CREATE TABLE mine (a int)")
    telamon_migrator.to("newest")
    assert telamon_migrator.execute("SELECT * FROM mine, users") == []
"""


def make(folder: Path) -> None:
    """A directory of two migrations, sealed."""
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / f"{name}.sql").write_text(text)
    Directory.read(folder).seal()


def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> pytest.RunResult:
    """Runs pytest as a process of its own, with the plugin and no others."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", SOURCE)
    return pytester.runpytest_subprocess("-p", "telamon.pytest_plugin", *arguments, timeout=60)


@pytest.mark.usefixtures("server")
def test_the_fixtures(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the configuration of the project, from a folder below its root."""
    make(pytester.path / "db" / "sql")
    (pytester.path / "telamon.toml").write_text('dir = "db/sql"\n')
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests" / "test_users.py").write_text(TESTS)
    pytester.makeini("[pytest]\n")
    monkeypatch.chdir(pytester.path / "tests")
    run(pytester, monkeypatch).assert_outcomes(passed=5)


@pytest.mark.usefixtures("server")
def test_ini_options_come_first(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt environment, a directory elsewhere, a dev server that is none."""
    make(pytester.path / "other")
    pytester.makepyfile("def test_it(telamon_migrator):\n    assert telamon_migrator.versions == ['1', '2']\n")
    (pytester.path / "telamon.toml").write_text('dir = "missing"\n[env.a]\n[env.b]\n')
    pytester.makeini("[pytest]\ntelamon_env = b\ntelamon_dir = other\n")
    run(pytester, monkeypatch).assert_outcomes(passed=1)
    pytester.makeini("[pytest]\ntelamon_env = c\ntelamon_dir = other\n")
    run(pytester, monkeypatch).stdout.fnmatch_lines(["*has no environment c*"])
    pytester.makeini("[pytest]\ntelamon_env = a\ntelamon_dir = other\ntelamon_dev = ftp://x\n")
    run(pytester, monkeypatch).stdout.fnmatch_lines(["*dev server cannot be understood*"])


def test_unused_it_costs_nothing(tmp_path: Path) -> None:
    """Loading the plugin, as every run of pytest does where Telamon is installed, loads nothing else."""
    code = (
        "import sys, pytest\nbefore = set(sys.modules)\nimport telamon.pytest_plugin\n"
        "print(sorted(name for name in set(sys.modules) - before))"
    )
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True, cwd=tmp_path
    )
    assert ran.stdout.strip() == "['telamon', 'telamon.pytest_plugin', 'telamon.version']"


def test_it_is_registered() -> None:
    """Under the module's name in the package's metadata."""
    project = tomllib.loads((Path(SOURCE).parent / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"telamon": "telamon.pytest_plugin"}


def test_urls_of_dev_databases(server: Dev, tmp_path: Path) -> None:
    """What libpq reads from the URL is the database, wherever its socket is."""
    import psycopg

    make(tmp_path / "migrations")
    with (
        replay(Directory.read(tmp_path / "migrations"), server) as database,
        psycopg.connect(url_of(database)) as connection,
    ):
        assert connection.info.dbname == database.name
