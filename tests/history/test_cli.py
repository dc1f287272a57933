"""The commands as a user sees them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from telamon.directory import Directory
from telamon.engine import Engine
from tests.history.conftest import make

Run = Callable[..., subprocess.CompletedProcess[str]]
FILES = {"1_a.sql": "CREATE TABLE a ();\n", "2_b.sql": "CREATE TABLE b ();\n", "3_c.sql": "DROP TABLE a;\n"}


@pytest.fixture
def telamon(engine: Engine, tmp_path: Path) -> Run:
    source = str(Path(__file__).parents[2] / "src")

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from telamon.cli import main; main()", "migrate", *arguments]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([source, os.environ.get("PYTHONPATH", "")]),
            **variables,
        }
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
        return done

    return run


def test_ls(telamon: Run, tmp_path: Path) -> None:
    make(tmp_path / "migrations", FILES)
    assert telamon("ls").stdout == "1_a.sql\n2_b.sql\n3_c.sql\n"
    assert telamon("ls", "--short", "--latest").stdout == "3\n"
    assert json.loads(telamon("ls", "--format", "json").stdout)[1]["version"] == "2"


def test_rm(telamon: Run, tmp_path: Path) -> None:
    make(tmp_path / "migrations", FILES)
    before = Directory.read(tmp_path / "migrations")
    failed = telamon("rm", "1")
    assert (failed.returncode, "3_c.sql:1" in failed.stderr) == (3, True)
    assert Directory.read(tmp_path / "migrations") == before
    assert telamon("rm").stdout == "migrations/3_c.sql\n"
    assert telamon("rm", "1_a.sql").returncode == 0
    assert telamon("rm", "7").returncode == 2
    left = Directory.read(tmp_path / "migrations")
    left.check()
    assert [file.name for file in left.files] == ["2_b.sql"]


def test_edit(telamon: Run, tmp_path: Path) -> None:
    make(tmp_path / "migrations", FILES)
    add = f"{sys.executable} -c \"import sys; open(sys.argv[1], 'a').write('SELECT 1;')\""
    assert telamon("edit", "2", VISUAL=add).stdout == "migrations/2_b.sql\n"
    changed = Directory.read(tmp_path / "migrations")
    changed.check()
    assert changed.files[1].content.endswith(b"SELECT 1;")
    spoil = f"{sys.executable} -c \"import sys; open(sys.argv[1], 'a').write(chr(39))\""
    failed = telamon("edit", VISUAL=spoil)
    assert (failed.returncode, "What you wrote is kept" in failed.stderr) == (3, True)
    assert Directory.read(tmp_path / "migrations") == changed
    assert "Nothing was changed" in telamon("edit", VISUAL="true").stderr


def test_squash_and_checkpoint(telamon: Run, tmp_path: Path) -> None:
    make(tmp_path / "migrations", FILES)
    dry = telamon("squash", "--from", "2", "--dry-run")
    assert "CREATE TABLE" in dry.stdout
    assert telamon("squash").returncode == 2
    assert telamon("squash", "--since-branch", "main").returncode == 2
    done = telamon("squash", "both", "--from", "2", "--format", "json")
    assert json.loads(done.stdout)["replaced"] == ["2_b.sql", "3_c.sql"]
    made = telamon("checkpoint", "v1")
    directory = Directory.read(tmp_path / "migrations")
    directory.check()
    assert [file.name for file in directory.files][:2] == ["1_a.sql", "3_both.sql"]
    assert made.stdout == f"migrations/{directory.files[-1].name}\n"
    assert directory.files[-1].content.startswith(b"-- atlas:checkpoint v1\n\n")


def test_rebase(telamon: Run, tmp_path: Path) -> None:
    make(tmp_path / "migrations", FILES)
    done = telamon("rebase", "2", "--format", "json")
    found = json.loads(done.stdout)
    assert (found["mine"], found["commute"], found["moved"][0]["from"]) == (["2_b.sql"], True, "2_b.sql")
    directory = Directory.read(tmp_path / "migrations")
    directory.check()
    assert [file.description for file in directory.files] == ["a", "c", "b"]
    outside = telamon("rebase")
    assert (outside.returncode, outside.stdout) == (2, "")


def test_import(telamon: Run, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "1_a.up.sql").write_text("CREATE TABLE a ();")
    (tmp_path / "old" / "2_b.up.sql").write_text("CREATE TABLE a ();")
    failed = telamon("import", "--from", "file://old?format=golang-migrate")
    assert (failed.returncode, (tmp_path / "migrations").exists()) == (3, False)
    (tmp_path / "old" / "2_b.up.sql").write_text("CREATE TABLE b ();")
    assert telamon("import", "--from", "old").stdout == "migrations/01_a.sql\nmigrations/02_b.sql\n"
    assert "is not empty" in telamon("import", "--from", "old").stderr
    assert telamon("import", "--from", "nowhere").returncode == 2


def test_the_line_for_git_is_offered_once(telamon: Run) -> None:
    assert "*.sql text eol=lf" in telamon("new", "a").stderr
    assert "*.sql text eol=lf" not in telamon("new", "b").stderr


def test_set_says_what_is_missing(telamon: Run, tmp_path: Path) -> None:
    make(tmp_path / "migrations", FILES)
    assert telamon("set", "1").returncode == 2
    assert telamon("set", "1", "--url", "postgres://localhost:1/x").returncode == 1
