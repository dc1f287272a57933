"""The way back: planned from the directory, proved, shown with what it loses, and recorded."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from telamon.apply import Options
from telamon.apply.events import Event, ignore
from telamon.apply.target import connect
from telamon.declare import Intent, carry_out
from telamon.directory import Directory
from telamon.down import Goal, intend_down
from telamon.engine import HISTORY, open_engine
from telamon.errors import CheckError, DriftError, TelamonError, UsageError
from telamon.generate import Wishes
from telamon.scope import Scope
from tests.apply.conftest import Case

TABLES = "select tablename::text from pg_tables where schemaname = 'public' order by 1"
ARCHIVE = "-- atlas:txtar\n\n-- migration.sql --\n{}\n-- down.sql --\n{}\n"


def down(case: Case, *, url: str | None = None, scope: Scope = Scope(), **goal: Any) -> Intent:  # noqa: B008
    """Goes back and returns what was done."""
    url = url or case.url()
    with connect(url) as target, open_engine("embedded", scope, major=target.version // 10000) as engine:
        intent = intend_down(engine, target, Directory.read(case.path), Goal(**goal), Wishes(required=True))
        if intent:
            carry_out(intent, engine, target, Options(), ignore, "file")
        return intent


def digest(case: Case) -> str:
    """Of all that the target holds besides the history."""
    with open_engine("embedded", Scope()) as engine:
        return engine.read_from(case.connection, HISTORY).digest()


def test_up_then_down_is_as_before(case: Case) -> None:
    case.write(
        v1="create table a (id int primary key, note text);\ncreate view v as select id from a;",
        v2="create type mood as enum ('x');\nalter table a add column m mood not null default 'x';\n"
        "create index on a (m);\ncreate function f() returns int language sql as 'select 1';",
        v3="drop view v;\nalter table a drop column note;\ncreate table b (a int references a);",
    )
    case.apply(amount=1)
    one = digest(case)
    case.apply(amount=1)
    two = digest(case)
    case.apply()
    case.sql("insert into a values (1), (2); insert into b values (1)")
    intent = down(case)
    assert [str(loss) for loss in intent.losses] == ["all rows of table public.b (1 row)"]
    assert "Comes back without its former data: column public.a.note" in intent.warnings
    assert (digest(case), case.rows("version")) == (two, ["1", "2"])
    case.apply()
    intent = down(case, to_version="1")
    assert intent.way is not None
    assert (intent.way.current, intent.way.target, intent.way.files) == ("3", "1", ("3.sql", "2.sql"))
    assert (digest(case), case.rows("version")) == (one, ["1"])
    assert case.sql("select id from a order by 1") == [1, 2]
    assert not down(case, to_version="1")
    down(case, amount=1)
    assert (case.sql(TABLES), case.rows()) == ([], [])
    case.apply()
    assert case.rows("version") == ["1", "2", "3"]


def test_a_rename_goes_back_as_one(case: Case) -> None:
    case.write(
        v1="create table a (id int, old text);", v2="alter table a rename to b;\nalter table b rename old to new;"
    )
    case.apply()
    case.sql("insert into b values (1, 'kept')")
    assert not down(case).losses
    assert case.sql("select old from a") == ["kept"]


def test_a_written_way_back_wins(case: Case) -> None:
    case.write(
        v1="create table a (id int, name text);",
        v2=ARCHIVE.format(
            "alter table a add column first text;\nupdate a set first = name;\nalter table a drop column name;",
            "alter table a add column name text;\nupdate a set name = first;\nalter table a drop column first;",
        ),
        v3="create table b (id int);",
    )
    case.apply(amount=1)
    case.sql("insert into a values (1, 'Ada')")
    case.apply()
    intent = down(case, amount=2)
    assert "update a set name = first" in intent.planned.sql()
    assert [loss.what for loss in intent.losses] == [
        "all rows of table public.b",
        "all values of column public.a.first",
    ]
    assert case.sql("select name from a") == ["Ada"]
    assert case.rows("version") == ["1"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("drop table a;", "does not lead back"),
        ("select 1;\ndrop table nope;", "fails on the dev database"),
        ("commit;", "commits the transaction by itself"),
    ],
)
def test_a_written_way_back_must_lead_back(case: Case, text: str, words: str) -> None:
    case.write(v1="create table a ();", v2=ARCHIVE.format("create table b ();", text))
    case.apply()
    with pytest.raises(CheckError, match=words):
        down(case)
    assert case.sql(TABLES) == ["a", "b"]
    assert case.rows("version") == ["1", "2"]


def test_what_cannot_run_in_a_transaction(case: Case) -> None:
    case.write(
        v1="create table a (x int);",
        v2="-- atlas:txmode none\n\n"
        + ARCHIVE.format("create index concurrently i on a (x);", "drop index concurrently i;"),
        v3="create table b ();",
    )
    (case.path / "2.sql").write_text(
        "-- atlas:txtar\n-- atlas:txmode none\n\n-- migration.sql --\ncreate index concurrently i on a (x);\n"
        "-- down.sql --\ndrop index concurrently i;\n"
    )
    case.write()
    case.apply()
    intent = down(case, amount=2)
    assert intent.tx_mode("file") == "none"
    assert case.sql("select count(*) from pg_class where relname = 'i'") == [0]
    assert case.rows("version") == ["1"]


def test_a_target_that_is_elsewhere_is_refused(case: Case) -> None:
    case.write(v1="create table a ();", v2="create table b ();")
    case.apply()
    case.sql("create table c (x int); insert into c values (1); drop table b")
    with pytest.raises(DriftError) as caught:
        down(case)
    assert caught.value.where.splitlines() == [
        "not in the migrations: table public.c",
        "missing on the target: table public.b",
    ]
    assert "--from-target" in caught.value.do
    intent = down(case, from_target=True)
    assert [str(loss) for loss in intent.losses] == ["all rows of table public.c (1 row)"]
    assert (case.sql(TABLES), case.rows("version")) == (["a"], ["1"])


def test_unfinished_unknown_and_baseline_revisions_are_refused(case: Case) -> None:
    with pytest.raises(UsageError, match="no history"):
        case.write(v1="create table a ();")
        down(case)
    case.sql("create table a ()")
    case.write(v2="create table b ();", v3="-- atlas:txmode none\n\ncreate table c ();\nselect 1/0;")
    case.apply(baseline="1", amount=1)
    with pytest.raises(CheckError, match="version 1 is the baseline"):
        down(case, amount=2)
    with pytest.raises(UsageError, match="3 versions are to be undone, and 2 applied"):
        down(case, amount=3)
    with pytest.raises(UsageError, match="never was at version 9"):
        down(case, to_version="9")
    with pytest.raises(TelamonError):
        case.apply()
    with pytest.raises(CheckError, match="version 3 is partially applied: 1 of 2"):
        down(case)
    case.write(v3="-- atlas:txmode none\n\ncreate table c ();")
    case.apply()
    (case.path / "3.sql").unlink()
    case.write()
    with pytest.raises(CheckError, match="the directory has no file for it"):
        down(case)
    assert case.sql(TABLES) == ["a", "b", "c"]


def test_nothing_is_done_when_the_target_moved_on(case: Case) -> None:
    case.write(v1="create table a ();", v2="create table b ();")
    case.apply()
    with connect(case.url()) as target, open_engine("embedded", Scope()) as engine:
        intent = intend_down(engine, target, Directory.read(case.path), Goal())
        case.sql("delete from atlas_schema_revisions.atlas_schema_revisions where version = '2'")
        with pytest.raises(DriftError, match="history has changed"):
            carry_out(intent, engine, target, Options(), ignore, "file")
    assert case.sql(TABLES) == ["a", "b"]


def test_it_waits_its_turn(case: Case) -> None:
    """Behind a reader it gives way and comes back, as apply does; what it did is undone meanwhile."""
    case.write(v1="create table a ();", v2="create table b ();")
    case.apply()
    events: list[Event] = []
    with connect(case.url()) as target, open_engine("embedded", Scope()) as engine, connect(case.url()) as other:
        intent = intend_down(engine, target, Directory.read(case.path), Goal())
        other.connection.execute("begin")
        other.connection.execute("lock table b in access share mode")
        options = Options(lock_ladder=(0.1,), lock_retry=0.3)
        with pytest.raises(TelamonError) as caught:
            carry_out(intent, engine, target, options, events.append, "file")
        assert caught.value.exit_code == 5
    assert case.rows("version") == ["1", "2"]


def test_a_target_bound_to_a_schema(case: Case) -> None:
    case.sql('create schema "tenant one"')
    url = case.url(search_path="tenant one")
    case.write(v1="create table a (id int primary key);", v2="create table b (a int references a);")
    case.apply(url=url)
    down(case, url=url, scope=Scope(("tenant one",)))
    assert case.sql("select tablename::text from pg_tables where schemaname = 'tenant one' order by 1") == [
        "a",
        "atlas_schema_revisions",
    ]
    assert case.sql('select version::text from "tenant one".atlas_schema_revisions') == ["1"]


def run(case: Case, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command."""
    command = [sys.executable, "-m", "telamon", "migrate", "down", "--url", case.url(), "--dir", str(case.path)]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False, timeout=60)


def test_the_command(case: Case) -> None:
    case.write(v1="create table a ();", v2="create table b (x int);")
    case.apply()
    case.sql("insert into b values (1)")
    dry = run(case, "--dry-run")
    assert (dry.returncode, "DROP TABLE" in dry.stdout) == (0, True)
    refused = run(case, "--auto-approve")
    assert (refused.returncode, "all rows of table public.b (1 row)" in refused.stderr) == (3, True)
    unasked = run(case, "--allow-destructive")
    assert (unasked.returncode, "--auto-approve" in unasked.stderr) == (2, True)
    assert case.sql(TABLES) == ["a", "b"]
    done = run(case, "--allow-destructive", "--auto-approve", "--format", "json")
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert (shown["current"], shown["target"], shown["files"], shown["applied"]) == ("2", "1", ["2.sql"], True)
    assert shown["losses"] == [{"what": "all rows of table public.b", "rows": 1}]
    assert (case.sql(TABLES), case.rows("version")) == (["a"], ["1"])
