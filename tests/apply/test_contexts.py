"""Files that are left to some contexts: `-- telamon:context staging`."""

from __future__ import annotations

import pytest

from telamon.apply.target import connect
from telamon.directory import Directory
from telamon.drift import find_drift
from telamon.engine import open_engine
from telamon.errors import CheckError, UsageError
from telamon.history.squash import chosen as squashable
from telamon.scope import Scope
from tests.apply.conftest import Case

TABLES = "select tablename::text from pg_tables where schemaname = 'public' order by 1"


def test_a_labelled_file_runs_only_in_its_contexts(case: Case) -> None:
    case.write(
        v1="create table a ();",
        v2="-- telamon:context staging, demo\ncreate table b ();",
        v3="create table c ();",
    )
    case.apply()
    assert case.rows("version") == ["1", "3"]
    status = case.status()
    assert (status.status, [file.name for file in status.skipped]) == ("OK", ["2.sql"])
    assert status.to_text().endswith("Left to other contexts:\n  -- 2.sql (staging, demo)")
    assert status.to_json()["Skipped"] == [
        {"Name": "2.sql", "Version": "2", "Description": "", "Contexts": "staging, demo"}
    ]
    # It did not exist for this target; asked for later, it comes out of order.
    with pytest.raises(CheckError, match=r"2\.sql added out of order"):
        case.apply(contexts=("demo",))
    case.apply(contexts=("demo",), exec_order="non-linear")
    assert case.rows("version") == ["1", "2", "3"]
    assert case.status().skipped == ()


def test_what_was_begun_is_finished_without_the_flag(case: Case) -> None:
    case.write(v1="-- telamon:context x\n-- atlas:txmode none\n\ncreate table a ();\ncreate table nope.b ();")
    with pytest.raises(Exception, match="statement 2 of 2"):
        case.apply(contexts=("x",))
    case.write(v1="-- telamon:context x\n-- atlas:txmode none\n\ncreate table a ();\ncreate table b ();")
    case.apply()
    assert case.sql(TABLES) == ["a", "b"]


def test_drift_knows_what_was_left(case: Case) -> None:
    """Where a target stands is what it has, wherever the file that it was not given comes in the order."""
    case.write(v1="-- telamon:context x\ncreate table a ();", v2="create table b ();")
    case.apply()
    with connect(case.url()) as target, open_engine("embedded", Scope()) as engine:
        assert not find_drift(engine, target, Directory.read(case.path)).found
    case.apply(contexts=("x",), exec_order="non-linear")
    assert case.rows("version") == ["2"]  # older than its first revision, it counts as there
    case.sql("create table a ()")
    with connect(case.url()) as target, open_engine("embedded", Scope()) as engine:
        assert [str(each) for each in find_drift(engine, target, Directory.read(case.path)).found] == [
            "table public.a: not in the migrations"
        ]


def test_a_labelled_file_is_not_squashed(case: Case) -> None:
    case.write(v1="create table a ();", v2="-- telamon:context x\ncreate table b ();")
    with pytest.raises(UsageError, match="telamon:context"):
        squashable(Directory.read(case.path), ["1.sql", "2.sql"])


def test_a_label_without_a_name_is_refused(case: Case) -> None:
    case.write(v1="-- telamon:context\ncreate table a ();")
    with pytest.raises(CheckError, match="names no context"):
        case.apply()
    case.write(v1="create table a ();\n-- telamon:context late\ncreate table b ();")
    case.apply()
    assert case.sql(TABLES) == ["a", "b"]
