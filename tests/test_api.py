"""The Python API: what `import telamon` gives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import telamon
from telamon.directory import Directory
from tests.server import Server, shared

OLD = "CREATE TABLE t (id int PRIMARY KEY);\n"
NEW = "CREATE TABLE t (id int PRIMARY KEY, name text);\n"


@pytest.fixture
def server() -> Server:
    """A server for targets; dev databases are made there too."""
    return shared()


@pytest.fixture
def folder(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a target."""
    monkeypatch.chdir(tmp_path)
    server.create("api target")
    (tmp_path / "schema.sql").write_text(OLD)
    (tmp_path / "telamon.toml").write_text(
        f'dev = "{server.url("postgres")}"\n[env.local]\nsrc = "schema.sql"\nurl = "{server.url("api target")}"\n'
    )
    return tmp_path


def test_diff(folder: Path, server: Server) -> None:
    (folder / "new.sql").write_text(NEW)
    plan = telamon.diff("schema.sql", "new.sql", dev=server.url("postgres"), prove=True)
    assert plan.sql() == '-- Add column name to table t\nALTER TABLE "public"."t" ADD COLUMN "name" text;\n'
    assert (bool(plan), plan.losses, plan.unmanaged, plan.proof is not None) == (True, (), (), True)
    back = telamon.diff("new.sql", "schema.sql", dev=server.url("postgres"))
    assert back.losses == ("all values of column public.t.name",)
    assert not telamon.diff("new.sql", ["new.sql"], dev=server.url("postgres"))
    with pytest.raises(telamon.TelamonError, match="absent"):
        telamon.diff("absent.sql", "new.sql")


def test_project(folder: Path, server: Server) -> None:
    """From the first migration to an applied second one."""
    project = telamon.Project()
    assert project.migrate_diff("first").file
    (folder / "schema.sql").write_text(NEW)
    written = project.migrate_diff("second")
    assert written.planned is not None
    assert written.planned.unmanaged == ()
    assert project.migrate_diff("third").file is None
    project.validate()
    assert len(project.status().pending) == 2
    events: list[object] = []
    assert len(project.apply(on_event=events.append).applied) == 2
    assert events
    assert project.status().status == "OK"
    assert not telamon.apply(server.url("api target"), "migrations").applied


def test_project_errors(folder: Path) -> None:
    with pytest.raises(telamon.TelamonError) as caught:
        telamon.Project(env="prod")
    assert caught.value.exit_code == 2
    (folder / "telamon.toml").write_text("")
    project = telamon.Project()
    for call in (project.migrate_diff, project.status):
        with pytest.raises(telamon.TelamonError) as caught:
            call()
        assert (caught.value.exit_code, "telamon.toml" in caught.value.do) == (2, True)


def test_refused_data_loss(folder: Path) -> None:
    project = telamon.Project()
    project.migrate_diff("first")
    (folder / "schema.sql").write_text("")
    with (folder / "telamon.toml").open("a") as file:
        file.write('destructive = "refuse"\n')
    with pytest.raises(telamon.TelamonError, match="would lose data"):
        telamon.Project().migrate_diff("second")
    assert len(Directory.read("migrations").files) == 1


def test_light_and_not_shadowed() -> None:
    """`import telamon` loads nothing; the packages `diff` and `apply` do not take the functions' places."""
    code = (
        "import sys, telamon\n"
        "assert not {'psycopg', 'click', 'telamon.api'} & set(sys.modules)\n"
        "import telamon.diff.renames, telamon.apply.runner\n"
        "from telamon.diff import Changes\n"
        "assert telamon.diff.__module__ == telamon.apply.__module__ == 'telamon.api'\n"
        "from telamon import Options, Project, apply, diff\n"
        "assert Options(to_version='1').lock_timeout == 10\n"
        "assert callable(diff) and callable(apply) and not hasattr(telamon, 'nothing')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(telamon.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
