"""`migrate diff` after an edit: what is executed, what is written, and when the whole schema is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from telamon.diff import diff
from telamon.diff.renames import Rename
from telamon.directory import Directory
from telamon.engine import open_engine
from telamon.errors import TelamonError
from telamon.generate import Wishes, migrate_diff
from telamon.scope import Scope
from telamon.sources import DirectorySource, load, open_source
from telamon.sources.types import SqlSource
from tests.server import shared

TABLES = 40
WHOLE = 3 * (TABLES - 1)  # statements
ROLE = "reader"


class Desk:
    """A directory, a schema file, and how many statements the last diff executed."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.executed = folder, 0

        def counting(source: SqlSource, *rest: object, **named: object) -> None:
            self.executed += len(source.statements)
            load(source, *rest, **named)  # type: ignore[arg-type]

        patch.setenv("TELAMON_CACHE", str(folder / "cache"))
        patch.setattr("telamon.engine.load", counting)

    def diff(self, schema: str, wishes: Wishes = Wishes(no_rename=True)) -> str:  # noqa: B008
        """The migration that the schema calls for, "" if none; a whole load afterwards must agree."""
        (self.folder / "schema.sql").write_text(schema)
        self.executed = 0
        source = open_source([f"file://{self.folder / 'schema.sql'}"])
        directory = Directory.read(str(self.folder / "migrations"), missing_ok=True)
        url = shared().url("postgres")
        written = migrate_diff(directory, source, "step", dev=url, wishes=wishes)
        return Path(written.file).read_text() if written.file else ""

    def agrees(self, schema: str) -> bool:
        """Whether the whole schema is what the directory leads to."""
        with open_engine(shared().url("postgres"), Scope()) as engine:
            files = engine.read(engine.database(DirectorySource(self.folder / "migrations", None)))
            source = open_source([f"file://{self.folder / 'schema.sql'}"])
            assert isinstance(source, SqlSource)
            whole = engine.read(engine.database(source))
            return not diff(files, whole)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An empty directory."""
    shared().once([f"CREATE ROLE {ROLE}"])
    return Desk(tmp_path, monkeypatch)


def table(number: int, more: str = "") -> str:
    """One of many tables, which refers to the first."""
    return (
        f"CREATE TABLE t{number} (id int PRIMARY KEY, first int REFERENCES t0, name text NOT NULL{more});\n"
        f"CREATE INDEX t{number}_name ON t{number} (name);\n"
        f"COMMENT ON TABLE t{number} IS 'number {number}';\n"
    )


def schema(*more: str, **columns: str) -> str:
    """Many tables and what stands below them."""
    first = "CREATE TABLE t0 (id int PRIMARY KEY, name text);\n"
    return first + "".join(table(n, columns.get(f"t{n}", "")) for n in range(1, TABLES)) + "\n".join(more)


def test_only_what_an_edit_concerns_is_executed(desk: Desk) -> None:
    desk.diff(schema())
    assert desk.executed > WHOLE
    for name in ("one", "two"):
        text = desk.diff(schema(t7=f", {name} text"))
        assert f'ADD COLUMN "{name}" text' in text
        assert desk.executed < TABLES
        assert desk.agrees(schema(t7=f", {name} text"))


def test_a_table_to_which_all_others_refer_is_edited_by_itself(desk: Desk) -> None:
    desk.diff(schema())
    text = desk.diff(schema().replace("name text);", "name text, more int);", 1))
    assert 'ALTER TABLE "public"."t0" ADD COLUMN "more" integer' in text
    assert desk.executed < TABLES


def test_what_refers_to_a_changed_key_is_taken_in(desk: Desk) -> None:
    desk.diff(schema())
    changed = schema().replace("CREATE TABLE t0 (id int", "CREATE TABLE t0 (id bigint", 1)
    desk.diff(changed)
    assert desk.agrees(changed)


def test_an_edit_that_changes_nothing_writes_nothing(desk: Desk) -> None:
    desk.diff(schema("CREATE VIEW v AS SELECT id, name FROM t3;"))
    assert desk.diff(schema("CREATE VIEW v AS\n  SELECT id,   name FROM t3;")) == ""
    assert desk.executed < TABLES
    assert desk.diff(schema("CREATE VIEW v AS SELECT id, name FROM t3 WHERE id > 3;"))
    assert desk.executed < TABLES


def test_views_of_all_columns_follow_their_table(desk: Desk) -> None:
    views = ("CREATE VIEW v AS SELECT * FROM t3;", "CREATE VIEW w AS SELECT * FROM v;")
    desk.diff(schema(*views))
    changed = schema(*views, t3=", more int")
    assert 'VIEW "public"."w"' in desk.diff(changed)
    assert desk.agrees(changed)


def test_names_that_the_server_makes_up_avoid_those_of_the_whole_schema(desk: Desk) -> None:
    desk.diff(schema("CREATE TABLE user_role (id int NOT NULL UNIQUE);"))
    changed = schema("CREATE TABLE user_role (id int NOT NULL UNIQUE);", 'CREATE TABLE "user" (role_id int UNIQUE);')
    assert '"user_role_id_key1"' in desk.diff(changed)
    assert desk.executed < TABLES
    assert desk.agrees(changed)


def test_a_name_that_is_taken_is_an_error_with_its_line(desk: Desk) -> None:
    desk.diff(schema())
    with pytest.raises(TelamonError, match='relation "t9_name" already exists') as failure:
        desk.diff(schema("CREATE INDEX t9_name ON t3 (id);"))
    assert f"schema.sql:{3 * (TABLES - 1) + 2}" in str(failure.value)


@pytest.mark.parametrize(
    "reason",
    [
        "DO $$ BEGIN EXECUTE 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader'; END $$;",
        "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';\n"
        "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();",
    ],
)
def test_the_whole_is_loaded_where_a_statement_may_reach_further_than_it_says(desk: Desk, reason: str) -> None:
    desk.diff(schema(reason))
    changed = schema("CREATE TABLE more (id int);", reason)
    desk.diff(changed)
    assert desk.executed > WHOLE
    assert desk.agrees(changed)


def test_privileges_of_whatever_there_is_count_wherever_they_stand(desk: Desk) -> None:
    before = f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {ROLE};\n"
    after = f"GRANT INSERT ON ALL TABLES IN SCHEMA public TO {ROLE};"
    desk.diff(before + schema(after))
    changed = before + schema("CREATE TABLE more (id int, first int REFERENCES t0);", after, t5=", more int")
    text = desk.diff(changed)
    assert desk.executed < TABLES
    assert f'GRANT INSERT ON TABLE "public"."more" TO "{ROLE}"' in text
    assert desk.agrees(changed)


def test_a_question_is_asked_once(desk: Desk) -> None:
    desk.diff(schema(t3=", one text"))
    asked: list[Sequence[Rename]] = []

    def ask(found: Sequence[Rename]) -> Sequence[Rename]:
        asked.append(found)
        return found

    text = desk.diff(schema(t3=", two text"), Wishes(ask=ask))
    assert 'RENAME COLUMN "one" TO "two"' in text
    assert len(asked) == 1
    assert desk.executed < TABLES


def test_a_directory_that_changed_meanwhile_is_replayed(desk: Desk) -> None:
    desk.diff(schema())
    folder = desk.folder / "migrations"
    Directory.read(str(folder)).write("20990101000000_theirs.sql", b"ALTER TABLE t5 ADD COLUMN theirs int;\n")
    text = desk.diff(schema(t7=", mine text"))
    assert 'DROP COLUMN "theirs"' in text
    assert 'ADD COLUMN "mine"' in text
