"""Several migrations become one."""

from __future__ import annotations

from pathlib import Path

import pytest

from telamon.engine import Engine
from telamon.errors import CheckError, UsageError
from telamon.history.squash import Squashed, squash
from telamon.history.states import reached
from tests.history.conftest import make

BASE = {"1_base.sql": "CREATE TABLE a (id int PRIMARY KEY, name text);\n"}


def run(engine: Engine, path: Path, files: dict[str, str], count: int | None = None) -> tuple[Squashed, str]:
    directory = make(path, {**BASE, **files})
    names = [file.name for file in directory.files][-(count or len(files)) :]
    made = squash(engine, directory, names)
    text = next((file.text for file in made.wanted.files if file.name == made.file), "")
    assert reached(engine, made.wanted).digest() == reached(engine, directory).digest()
    return made, text


def test_schema_only_is_planned_anew(engine: Engine, tmp_path: Path) -> None:
    made, text = run(
        engine,
        tmp_path,
        {
            "2_x.sql": "CREATE TABLE b (id int);\nALTER TABLE a ADD COLUMN c int;\n",
            "3_y.sql": "ALTER TABLE b ADD COLUMN d text;\nDROP TABLE IF EXISTS nothing;\n",
            "4_z.sql": "ALTER TABLE a DROP COLUMN c;\n",
        },
    )
    assert (made.reason, made.file, made.replaced) == ("", "4_z.sql", ("2_x.sql", "3_y.sql", "4_z.sql"))
    assert [file.name for file in made.wanted.files] == ["1_base.sql", "4_z.sql"]
    assert text.count("CREATE TABLE") == 1
    assert "ALTER" not in text


def test_files_that_undo_each_other_leave_nothing(engine: Engine, tmp_path: Path) -> None:
    made, _ = run(engine, tmp_path, {"2_x.sql": "CREATE TABLE b (id int);", "3_y.sql": "DROP TABLE b;"})
    assert (made.file, [file.name for file in made.wanted.files]) == (None, ["1_base.sql"])


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE a SET name = 'x';", "writes rows"),
        ("COPY a (id) FROM stdin;\n7\n\\.\n", "writes rows"),
        ("DO $$ BEGIN NULL; END $$;", "runs a program"),
        ("ALTER TABLE a RENAME name TO label;", "renames"),
        ("ALTER TABLE a ALTER name TYPE int USING length(name);", "converts values"),
        ("SELECT 1;", "runs a query"),
        ("CREATE ROLE squashed_role_x; DROP ROLE squashed_role_x;", "more than change the schema"),
    ],
)
def test_what_is_more_than_schema_is_kept(engine: Engine, tmp_path: Path, statement: str, why: str) -> None:
    made, text = run(engine, tmp_path, {"2_x.sql": "CREATE TABLE b ();\n", "3_y.sql": statement})
    assert why in made.reason
    assert statement.strip() in text
    assert "3_y.sql:1" in made.reason


def test_rows_that_come_out_otherwise_are_noticed(engine: Engine, tmp_path: Path) -> None:
    again = {"2_x.sql": "ALTER TABLE a DROP COLUMN name;", "3_y.sql": "ALTER TABLE a ADD COLUMN name text;"}
    made, text = run(engine, tmp_path, again)
    assert "rows do not come out the same" in made.reason
    assert text.count("ALTER TABLE") == 2
    fill = {
        "2_x.sql": "ALTER TABLE a ADD COLUMN n int DEFAULT 7;",
        "3_y.sql": "ALTER TABLE a ALTER COLUMN n DROP DEFAULT;",
    }
    assert "rows do not come out" in run(engine, tmp_path / "b", fill)[0].reason


def test_directives_and_settings_of_joined_files(engine: Engine, tmp_path: Path) -> None:
    made, text = run(
        engine,
        tmp_path,
        {
            "2_x.sql": "-- atlas:nolint destructive\n\nSET search_path = public;\nINSERT INTO a VALUES (1)",
            "3_y.sql": "-- atlas:txmode none\n\nCREATE INDEX CONCURRENTLY i ON public.a (name);\n",
        },
    )
    assert text.startswith("-- atlas:txmode none\n-- atlas:nolint destructive\n\n-- From 2_x.sql\n\nSET")
    assert 'RESET "search_path";' in text
    assert "outside a transaction" in made.warnings[0]


def test_what_a_dump_sets_is_reset(engine: Engine, tmp_path: Path) -> None:
    dump = "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.b ();\n"
    later = {"3_y.sql": "UPDATE a SET id = 1;"}
    _, text = run(engine, tmp_path / "a", {"2_x.sql": dump, **later})
    assert 'RESET "search_path";' in text
    assert run(engine, tmp_path / "b", {"2_x.sql": dump, "3_y.sql": "CREATE TABLE c ();"})[0].reason == ""
    _, text = run(engine, tmp_path / "c", {"2_x.sql": dump.replace("false", "true"), **later})
    assert 'RESET "search_path";' in text


def test_what_cannot_be_squashed(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Nothing is to be squashed"):
        run(engine, tmp_path / "a", {"2_x.sql": "SELECT 1;"}, 1)
    with pytest.raises(UsageError, match="atlas:checkpoint"):
        run(engine, tmp_path / "b", {"2_x.sql": "-- atlas:checkpoint\n\nSELECT 1;", "3_y.sql": "SELECT 1;"})
    directory = make(tmp_path / "c", {**BASE, "2_x.sql": "SELECT 1;", "3_y.sql": "SELECT 1;"})
    with pytest.raises(UsageError, match="do not stand together"):
        squash(engine, directory, ["1_base.sql", "3_y.sql"])
    enum = {
        "2_x.sql": "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (e e); SELECT 1;",
        "3_y.sql": "ALTER TYPE e ADD VALUE 'b';",
        "4_z.sql": "INSERT INTO t VALUES ('b');",
    }
    directory = make(tmp_path / "d", enum)
    with pytest.raises(CheckError, match="Joined in one file the migrations fail") as caught:
        squash(engine, directory, ["3_y.sql", "4_z.sql"])
    assert "unsafe use" in caught.value.why
