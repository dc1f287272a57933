"""Which spec means which source."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from telamon.directory import Directory
from telamon.errors import CheckError, TelamonError, UsageError
from telamon.sources import DatabaseSource, DirectorySource, SqlSource, open_source


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sql" / "deep").mkdir(parents=True)
    (tmp_path / "sql" / "b.sql").write_text("SELECT 2;\n\nSELECT 3;")
    (tmp_path / "sql" / "deep" / "a.sql").write_bytes("\ufeffSELECT 4;".encode())
    (tmp_path / "sql" / "notes.txt").write_text("no SQL")
    for name in ("migrations", "sealed", "plain"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.sql").write_text("SELECT 1;")
    Directory.read(tmp_path / "sealed").seal()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("spec", ["sql/b.sql", "file://sql/b.sql"])
def test_a_file_is_ordered_and_its_statements_have_lines(folder: Path, spec: str) -> None:
    source = open_source(spec)
    assert isinstance(source, SqlSource) and source.ordered
    assert [str(statement.origin) for statement in source.statements] == ["sql/b.sql:1", "sql/b.sql:3"]


def test_a_folder_is_read_to_its_depth_in_the_order_of_names(folder: Path) -> None:
    source = open_source("file://sql", base=folder)
    assert isinstance(source, SqlSource) and not source.ordered
    assert [str(statement.origin) for statement in source.statements] == [
        "sql/b.sql:1",
        "sql/b.sql:3",
        "sql/deep/a.sql:1",
    ]
    assert source.statements[2].text == "SELECT 4;"


@pytest.mark.parametrize(
    ("spec", "version"),
    [("migrations", None), ("sealed", None), ("file://plain?version=1", "1"), ("file://sealed?version=", None)],
)
def test_a_migration_directory_is_recognised(folder: Path, spec: str, version: str | None) -> None:
    source = open_source(spec)
    assert isinstance(source, DirectorySource) and source.version == version


def test_a_sealed_directory_that_was_edited_is_refused(folder: Path) -> None:
    (folder / "sealed" / "1.sql").write_text("SELECT 2;")
    with pytest.raises(CheckError, match=r"1\.sql was edited"):
        open_source("sealed")
    open_source("migrations")  # which nothing seals


def test_a_list_is_merged_and_not_ordered(folder: Path) -> None:
    source = open_source(["sql/b.sql", "file://plain"])
    assert isinstance(source, SqlSource) and not source.ordered
    assert len(source.statements) == 3
    assert open_source(["sql/b.sql"]) == open_source("sql/b.sql")


def test_a_database() -> None:
    assert open_source("postgres://u:p@h/d") == DatabaseSource("postgres://u:p@h/d")


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        ("gone.sql", "There is no file or folder gone.sql"),
        ("ftp://x", "ftp:// is not a kind of source"),
        ("mysql://x", "mysql:// is not read"),
        ("sql?format=goose", "?format= is not understood"),
        ("sql/b.sql?version=1", "Only a migration directory has versions"),
        (["sql", "migrations"], "A database or a migration directory cannot be merged with other sources"),
        ([], "No source of the schema is given"),
        ("sql/notes", "There is no file or folder sql/notes"),
    ],
)
def test_what_is_not_a_source(folder: Path, spec: str | list[str], what: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_source(spec)
    assert caught.value.what == what


@pytest.mark.parametrize(
    ("content", "what", "line"),
    [
        (b"SELECT 1;\n\xff", "bad.sql is not UTF-8", "bad.sql:2"),
        (b"SELECT 1;\n\n\0", "bad.sql holds a NUL byte", "bad.sql:3"),
        ("SELECT 1;".encode("utf-16"), "bad.sql is written in UTF-16", ""),
    ],
)
def test_a_file_that_is_no_text(folder: Path, content: bytes, what: str, line: str) -> None:
    (folder / "bad.sql").write_bytes(content)
    with pytest.raises(TelamonError) as caught:
        open_source("bad.sql")
    assert (caught.value.what, caught.value.where) == (what, line)


def test_passwords_are_not_told(folder: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_source(["sql", "postgres://u:secret@h/d"])
    assert "secret" not in str(caught.value)


def test_opening_files_imports_no_driver(folder: Path) -> None:
    code = "import sys; from telamon.sources import open_source as o; o('sql'); print('psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
