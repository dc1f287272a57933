"""Directories of SQL that other tools wrote.

`fixtures/dbmate` was written by dbmate 2.36 (`new`, then filled in and run by it), `fixtures/drizzle` by drizzle-kit
0.31 (`generate`), `fixtures/goose` by goose 3.27 (`create`, filled in, `up`), `fixtures/golang-migrate` by migrate 4.19
(`create -seq`, filled in, `up`), `fixtures/liquibase` by Liquibase 4.28 (`generate-changelog`), and the SQL in
`fixtures/prisma` by Prisma 6.19 (`migrate diff`). The others are written by hand, in the forms that their manuals
describe, for what these do not have; so are those of Flyway, which writes none.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from telamon.directory import Directory, MigrationFile
from telamon.engine import Engine
from telamon.errors import TelamonError, UsageError
from telamon.history.states import reached
from telamon.importing import Found, convert, locate, read_foreign

FIXTURES = Path(__file__).parent / "fixtures"
BEGIN_END = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\n  NULL;\nEND $$;\n"


def write(path: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    return path


def imported(engine: Engine, path: Path, form: str, keep_down: bool = False) -> tuple[dict[str, str], Found, Directory]:
    """(the files that come out, what was found, the directory); the format is found out, and the result replays."""
    place = locate(str(path))
    assert place.format == form
    found = read_foreign(place, engine.dev)
    files = convert(found, keep_down=keep_down)
    empty = Directory.read(path / "none", missing_ok=True)
    wanted = empty.changed(files)
    wanted.check()
    assert [file.name for file in wanted.files] == list(files)
    reached(engine, wanted)
    assert f"{wanted.new_version()}.sql" > list(files)[-1]
    return {name: content.decode() for name, content in files.items()}, found, wanted


def test_dbmate(engine: Engine) -> None:
    files, _, _ = imported(engine, FIXTURES / "dbmate", "dbmate")
    first, second = "20261122224923_create_users.sql", "20261122224924_add_index.sql"
    assert files == {
        first: "CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);\n"
        "INSERT INTO users VALUES (1, 'first');\n",
        second: "-- atlas:txmode none\n\nCREATE INDEX CONCURRENTLY users_name ON users (name);\n",
    }
    archives, _, wanted = imported(engine, FIXTURES / "dbmate", "dbmate", keep_down=True)
    assert archives[second].startswith("-- atlas:txtar\n-- atlas:txmode none\n\n-- migration.sql --\nCREATE INDEX")
    assert [file.tx_mode for file in wanted.files] == [None, "none"]
    assert [statement.text for statement in wanted.files[0].down() or ()] == ["DROP TABLE users;"]


def test_drizzle(engine: Engine) -> None:
    files, found, wanted = imported(engine, FIXTURES / "drizzle", "drizzle")
    assert list(files) == ["20261122224926_noisy_ghost_rider.sql", "20261122224927_add_body.sql"]
    assert len(wanted.files[0].statements()) == 5
    assert "breakpoint" not in "".join(files.values())
    assert "0002_custom.sql has no statements" in found.notes[0]


def test_drizzle_and_prisma_in_folders(engine: Engine, tmp_path: Path) -> None:
    prisma = {
        "0_init/migration.sql": "CREATE TABLE a ();",
        "20240101000000_b/migration.sql": 'ALTER TABLE "a" ADD COLUMN b int;',
        "migration_lock.toml": 'provider = "postgresql"\n',
    }
    files, _, _ = imported(engine, write(tmp_path / "prisma", prisma), "prisma")
    assert list(files) == ["0_init.sql", "20240101000000_b.sql"]
    drizzle = {"20240101000000_b/migration.sql": "SELECT 1--> statement-breakpoint\nSELECT 2;"}
    drizzle["20240101000000_b/snapshot.json"] = "{}"
    files, _, _ = imported(engine, write(tmp_path / "drizzle", drizzle), "drizzle")
    assert files == {"20240101000000_b.sql": "SELECT 1;\nSELECT 2;\n"}


@pytest.mark.parametrize(
    ("form", "files"),
    {
        "goose": {"20261124200238_create_users.sql": 2, "20261124200239_add_index.sql": 1},
        "golang-migrate": {"000001_create_users.sql": 2, "000002_add_index.sql": 1},
        "liquibase": {f"000{number}_ann_1795550829444-{number}.sql": 1 for number in range(1, 6)},
        "prisma": {"20261124201000_init.sql": 2, "20261124201500_posts.sql": 5},
    }.items(),
)
def test_written_by_the_tool_itself(engine: Engine, form: str, files: dict[str, int]) -> None:
    texts, found, wanted = imported(engine, FIXTURES / form, form)
    assert {file.name: len(file.statements()) for file in wanted.files} == files
    alone = [name for name, text in texts.items() if text.startswith("-- atlas:txmode none\n")]
    assert alone == [name for name, text in texts.items() if "CONCURRENTLY" in text]
    assert found.notes == []


def test_golang_migrate(engine: Engine, tmp_path: Path) -> None:
    names = {f"{number}_step.up.sql": f"CREATE TABLE t{number} ();\n" for number in (1, 2, 10)}
    names |= {"2_step.down.sql": "DROP TABLE t2;", "1_step.up.sql": "BEGIN;\nCREATE TABLE t1 ();\nCOMMIT;\n"}
    files, _, _ = imported(engine, write(tmp_path, names), "golang-migrate")
    assert list(files) == ["01_step.sql", "02_step.sql", "10_step.sql"]
    assert MigrationFile("x", "x", files["01_step.sql"].encode()).statements()[0].text == "CREATE TABLE t1 ();"
    assert "BEGIN" not in files["01_step.sql"]


def test_own_transactions_are_left_alone(engine: Engine, tmp_path: Path) -> None:
    text = "CREATE TABLE a ();\nBEGIN;\nDROP TABLE a;\nCOMMIT;\n"
    files, _, _ = imported(engine, write(tmp_path, {"1_x.up.sql": text}), "golang-migrate")
    assert files == {"1_x.sql": f"-- atlas:txmode none\n\n{text}"}


def test_goose(engine: Engine, tmp_path: Path) -> None:
    body = f"-- +goose StatementBegin\n{BEGIN_END}-- +goose StatementEnd\n"
    goose = {
        "00001_a.sql": f"-- +goose Up\nCREATE TABLE a ();\n{body}\n-- +goose Down\nDROP TABLE a;\n",
        "00002_b.sql": "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY i ON a ((1));\n",
    }
    files, _, _ = imported(engine, write(tmp_path, goose), "goose")
    assert files["00001_a.sql"] == f"CREATE TABLE a ();\n{BEGIN_END}"
    assert files["00002_b.sql"].startswith("-- atlas:txmode none\n\nCREATE INDEX")
    (tmp_path / "00003_c.go").write_text("package migrations")
    with pytest.raises(UsageError, match="A migration in Go"):
        read_foreign(locate(f"file://{tmp_path}?format=goose"), engine.dev)


def test_flyway(engine: Engine, tmp_path: Path) -> None:
    flyway = {
        "V1__old.sql": "CREATE TABLE old ();",
        "B2__base.sql": "CREATE TABLE old (); CREATE TABLE a ();",
        "V2__two.sql": "CREATE TABLE a ();",
        "sub/V2_1__more.sql": "ALTER TABLE a ADD COLUMN b int;",
        "V10__last one.sql": "CREATE INDEX CONCURRENTLY i ON a (b);",
        "V10__last one.sql.conf": "executeInTransaction=false\n",
        "R__view.sql": "CREATE OR REPLACE VIEW v AS SELECT b FROM a;",
        "U2_1__more.sql": "ALTER TABLE a DROP COLUMN b;",
    }
    files, found, _ = imported(engine, write(tmp_path, flyway), "flyway")
    assert list(files) == ["02.0_base.sql", "02.1_more.sql", "10.0_last_one.sql", "11.0_view.sql"]
    assert files["10.0_last_one.sql"].startswith("-- atlas:txmode none")
    assert "2 files up to its version are left out" in found.notes[0]
    assert "repeatable" in found.notes[1]
    write(tmp_path, {"V11__x.sql": "SELECT 1;\nSELECT '${who}';"})
    with pytest.raises(UsageError, match="placeholder") as caught:
        read_foreign(locate(str(tmp_path)), engine.dev)
    assert caught.value.where.endswith("V11__x.sql:2")


def test_liquibase(engine: Engine, tmp_path: Path) -> None:
    text = f"""--liquibase formatted sql

--changeset ann:1
--comment the first
--preconditions onFail:MARK_RAN
CREATE TABLE a (id int);
-- a comment of the SQL
INSERT INTO a VALUES (1);
--rollback DROP TABLE a;

-- changeset bob:raw/2 runInTransaction:false
CREATE INDEX CONCURRENTLY i ON a (id);
--changeset bob:3 dbms:mysql
CREATE TABLE b (id int) ENGINE=InnoDB;
--changeset bob:4 splitStatements:false context:test dbms:"postgresql,h2"
{BEGIN_END}/* liquibase rollback
DROP FUNCTION f;
*/
"""
    files, found, wanted = imported(engine, write(tmp_path, {"changes.sql": text}), "liquibase", keep_down=True)
    assert list(files) == ["0001_ann_1.sql", "0002_bob_raw_2.sql", "0003_bob_4.sql"]
    assert "-- a comment of the SQL" in files["0001_ann_1.sql"]
    assert [len(file.statements()) for file in wanted.files] == [2, 1, 1]
    assert [bool(file.down()) for file in wanted.files] == [True, False, True]
    assert any("is for mysql" in note for note in found.notes)
    assert any("context:test" in note for note in found.notes)


@pytest.mark.parametrize(
    ("files", "form", "error"),
    [
        ({"x.txt": ""}, "", "The format is not known"),
        ({"x.txt": ""}, "?format=nope", "The format is not known"),
        ({"x.txt": ""}, "?format=goose", "There are no migrations"),
        ({"1_a.up.sql": "SELECT 'x;"}, "", "Cannot split|unclosed quote"),
        ({"1_a.up.sql": "-- nothing"}, "", "There is nothing to convert"),
        ({"1_a.up.sql": "SELECT 1;", "01_b.up.sql": "SELECT 1;"}, "", "Two migrations have one version"),
        ({"meta/_journal.json": "[]"}, "", "not a journal"),
        ({"manage.py": "import x\n"}, "", "names no settings"),
        ({"env.py": ""}, "", "no alembic.ini"),
    ],
)
def test_bad_input(engine: Engine, tmp_path: Path, files: dict[str, str], form: str, error: str) -> None:
    write(tmp_path, files)
    with pytest.raises(TelamonError, match=error):
        convert(read_foreign(locate(f"file://{tmp_path}{form}"), engine.dev))
