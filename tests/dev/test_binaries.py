"""The programs of a server installation."""

from __future__ import annotations

from pathlib import Path

import pytest

from telamon.dev import binaries
from telamon.errors import TelamonError


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with programs that say their version, and note that they ran."""
    monkeypatch.setenv("TELAMON_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("TELAMON_POSTGRES", str(folder))
    for name in ("postgres", "initdb"):
        says(folder / name, "18.6")
    return folder


def says(program: Path, version: str) -> None:
    """Makes a program that says a version."""
    program.write_text(f"#!/bin/sh\necho ran >>{program}.runs\necho 'initdb (PostgreSQL) {version}'\n")
    program.chmod(0o755)


def test_a_program_is_asked_again_only_when_it_was_changed(installation: Path) -> None:
    assert [binaries.find().version for _ in range(3)] == ["18.6"] * 3
    assert (installation / "initdb.runs").read_text() == "ran\n"
    says(installation / "initdb", "17.10")
    assert binaries.find().version == "17.10"


def test_a_program_that_does_not_run_is_none(installation: Path) -> None:
    (installation / "initdb").write_text("#!/bin/sh\nexit 1\n")
    for _ in range(2):
        with pytest.raises(TelamonError, match="names no PostgreSQL server"):
            binaries.find()
