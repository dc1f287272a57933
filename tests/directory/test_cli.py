"""`migrate new|hash|validate` as a user sees them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = str(Path(__file__).parents[2] / "src")


def telamon(cwd: Path, *arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", f"from telamon.cli import main\n{code}main()", *arguments]
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_new_hash_validate(tmp_path: Path) -> None:
    first = telamon(tmp_path, "migrate", "new", "first")
    created = tmp_path / first.stdout.strip()
    assert (first.returncode, created.read_bytes(), created.name[14:]) == (0, b"", "_first.sql")
    second = json.loads(telamon(tmp_path, "migrate", "new", "--format", "json").stdout)
    assert second["version"] > created.name[:14]
    assert second["path"] == f"migrations/{second['version']}.sql"
    created.write_text("select 1;\n")
    edited = telamon(tmp_path, "migrate", "validate", "--no-replay")
    assert (edited.returncode, edited.stdout) == (3, "")
    assert f"checksum mismatch: {created.name} was edited" in edited.stderr
    assert "migrations/atlas.sum:2" in edited.stderr
    assert telamon(tmp_path, "migrate", "new", "third").returncode == 3
    report = telamon(tmp_path, "migrate", "validate", "--no-replay", "--format", "json")
    error = json.loads(report.stdout)["error"]
    assert (report.returncode, error["Line"], error["File"], error["Reason"]) == (3, 2, created.name, "edited")
    assert json.loads(telamon(tmp_path, "migrate", "hash", "--format", "json").stdout)["changed"] is True
    assert "was right already" in telamon(tmp_path, "migrate", "hash", "--dir", "file://migrations").stderr
    assert telamon(tmp_path, "migrate", "validate", "--no-replay").returncode == 0


def test_validate_looks_into_the_files(tmp_path: Path) -> None:
    (tmp_path / "1.sql").write_bytes(b"select 1;\r\nselect 'x;")
    telamon(tmp_path, "migrate", "hash", "--dir", ".")
    result = telamon(tmp_path, "migrate", "validate", "--no-replay", "--dir", ".")
    assert (result.returncode, "./1.sql:2:8" in result.stderr) == (3, True)
    (tmp_path / "1.sql").write_bytes(b"select 1;\r\n")
    telamon(tmp_path, "migrate", "hash", "--dir", ".")
    result = telamon(tmp_path, "migrate", "validate", "--no-replay", "--dir", ".", "--format", "json")
    assert json.loads(result.stdout) == {
        "ok": True,
        "files": 1,
        "warnings": ["./1.sql: has CRLF line ends; Atlas honours no file directives in it"],
    }


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("new", "../x"), 2, "cannot be named"),
        (("new", "x", "--dir", "atlas://x"), 2, "cannot be atlas://"),
        (("hash",), 2, "does not exist"),
        (("validate", "--no-replay"), 2, "does not exist"),
        (("validate", "--nope"), 2, "No such option"),
        (("vaildate",), 2, "Did you mean 'validate'?"),
    ],
)
def test_bad_input(tmp_path: Path, arguments: tuple[str, ...], code: int, text: str) -> None:
    result = telamon(tmp_path, "migrate", *arguments)
    assert (result.returncode, result.stdout) == (code, "")
    assert text in result.stderr
    assert "Traceback" not in result.stderr
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "arguments", [("--version",), ("migrate", "hash"), ("migrate", "validate", "--no-replay"), ("migrate", "new")]
)
def test_start_up_diet(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1.sql").write_text("select 1;")
    telamon(tmp_path, "migrate", "hash")
    heavy = "psycopg", "postgast", "rich", "asyncio", "json"
    code = f"import atexit, sys\natexit.register(lambda: print('LOADED', [m for m in {heavy} if m in sys.modules]))\n"
    result = telamon(tmp_path, *arguments, code=code)
    assert (result.returncode, result.stdout.splitlines()[-1]) == (0, "LOADED []")
