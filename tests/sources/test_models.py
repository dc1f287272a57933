"""SQLAlchemy and SQLModel models, imported by a process of their own."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from telamon.errors import TelamonError, UsageError
from telamon.sources import SqlSource, load, open_source

FIXTURES = Path(__file__).parent / "fixtures"


def _open(spec: str, base: Path = FIXTURES) -> SqlSource:
    source = open_source(f"sqlalchemy://{spec}", base=base)
    assert isinstance(source, SqlSource)
    return source


def _fails(spec: str, base: Path = FIXTURES) -> TelamonError:
    with pytest.raises(TelamonError) as caught:
        _open(spec, base)
    return caught.value


def test_every_construct_loads(connection: psycopg.Connection[Any]) -> None:
    load(_open("shop"), connection, server="")
    rows = connection.execute(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p', 'v') AND oid >= 16384"
    )
    names = {name for (name,) in rows}
    tables = {
        "accounts",
        "accounts_named",
        "billing.invoices",
        "billing.lines",
        "billing.lines_1",
        "billing.lines_rest",
    }
    assert names == tables
    rows = connection.execute("SELECT contype::text, count(*) FROM pg_constraint WHERE oid >= 16384 GROUP BY 1")
    kinds = dict(rows.fetchall())
    assert kinds["x"] == 1 and kinds["u"] == 1 and kinds["f"] >= 3
    comment = connection.execute("SELECT obj_description('accounts'::regclass)").fetchone()
    assert comment == ("Who pays: 100 % of them",)
    default = connection.execute(
        "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'accounts'::regclass"
    )
    assert ('\'{"a": "b:c"}\'::jsonb',) in default.fetchall()


def test_the_same_models_give_the_same_sql() -> None:
    assert _open("shop") == _open("shop")
    assert len(_open("shop").statements) == len(_open("shop.models:Base").statements)
    assert len(_open("shop").statements) == len(_open("shop.models:Base.metadata").statements)


def test_statements_say_where_their_table_is_made() -> None:
    places = {statement.text.split()[2]: str(statement.origin) for statement in _open("shop").statements}
    line = (FIXTURES / "shop" / "models.py").read_text().splitlines().index("class Invoice(Base):") + 1
    assert places["billing.invoices"] == f"shop/models.py:{line} (table billing.invoices)"
    assert places["state"] == "shop (state)"


def test_an_error_in_a_model_names_its_place(tmp_path: Path, connection: psycopg.Connection[Any]) -> None:
    column = "s.Column('a', s.Integer, server_default=s.text('f()'))"
    text = f"import sqlalchemy as s\nm = s.MetaData()\ns.Table('t', m, {column})\n"
    (tmp_path / "wrong.py").write_text(text)
    with pytest.raises(TelamonError) as caught:
        load(_open("wrong", tmp_path), connection, server="")
    assert caught.value.where.startswith("wrong.py:3 (table t)\n")


def test_sqlmodel(connection: psycopg.Connection[Any]) -> None:
    load(_open("heroes.models"), connection, server="")
    rows = connection.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND oid >= 16384 ORDER BY 1").fetchall()
    assert rows == [("hero",), ("team",)]


@pytest.mark.parametrize("spec", ["plain", "plain:both"])
def test_several_metadata(spec: str) -> None:
    created = [statement.text.split("(")[0].strip() for statement in _open(spec).statements]
    assert created == ["CREATE TABLE a", "CREATE SCHEMA IF NOT EXISTS other", "CREATE TABLE other.b"]


def test_models_and_files_are_merged(tmp_path: Path, connection: psycopg.Connection[Any]) -> None:
    shutil.copy(FIXTURES / "plain.py", tmp_path)
    (tmp_path / "views.sql").write_text("CREATE VIEW v AS SELECT a.id FROM a JOIN other.b USING (id);")
    source = open_source(["views.sql", "sqlalchemy://plain"], base=tmp_path)
    assert isinstance(source, SqlSource)
    load(source, connection, server="")
    assert connection.execute("SELECT to_regclass('v') IS NOT NULL").fetchone() == (True,)


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        ("plain:nothing", "No tables are found in plain"),
        ("broken.empty", "No tables are found in broken.empty"),
        ("plain:number", "sqlalchemy://plain:number is a int, neither metadata nor a declarative base"),
        ("plain:missing", "plain has no missing"),
        ("broken.leaves", "Python ended with 3 before the models were imported"),
        ("no_such_module", "no_such_module does not import: ModuleNotFoundError"),
    ],
)
def test_what_is_wrong_is_said(spec: str, what: str) -> None:
    assert _fails(spec).what == what


def test_a_model_that_does_not_import_shows_the_frames_of_its_author() -> None:
    error = _fails("broken.models")
    assert error.what == "broken.models does not import: ArgumentError"
    assert error.why.count("File ") == 1
    assert "class NoKey(Base)" in error.why and "could not assemble any primary key" in error.why


def test_a_syntax_error_in_a_model_shows_its_line(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("x = 1\ny = = 2\n")
    error = _fails("bad", tmp_path)
    assert "bad.py" in error.why and "line 2" in error.why and "y = = 2" in error.why


def test_a_circular_import_shows_both_ends(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("from two import b\na = 1\n")
    (tmp_path / "two.py").write_text("from one import a\nb = 1\n")
    error = _fails("one", tmp_path)
    assert error.what == "one does not import: ImportError" and "circular import" in error.why
    assert "one.py" in error.why and "two.py" in error.why


def test_a_name_that_is_no_module() -> None:
    with pytest.raises(UsageError, match="not the name of a Python module"):
        _open("app/models.py")


def test_an_interpreter_without_sqlalchemy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interpreter = tmp_path / "python"
    interpreter.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')  # -S: no site-packages
    interpreter.chmod(0o755)
    monkeypatch.setenv("TELAMON_PYTHON", str(interpreter))
    error = _fails("plain")
    assert error.what == "SQLAlchemy is not installed"
    assert str(interpreter) in error.where and "pip install 'telamon[sqlalchemy]'" in error.do


def test_an_interpreter_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TelamonError, match="does not start"):
        open_source("sqlalchemy://plain", base=FIXTURES, python="/nowhere/python")
