"""Transaction mode none: exactly how far, whatever happens at whatever moment."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from telamon.apply.events import Note
from telamon.apply.revisions import IN_FLIGHT
from telamon.errors import CheckError, TelamonError
from tests.apply.conftest import Case
from tests.moments import interrupted_at, kill

NONE = "-- atlas:txmode none\n\n"


def killed_at(case: Case, moment: int, **options: Any) -> bool:
    """Applies in a process that kills itself at the n-th moment; returns whether it came to that."""
    return interrupted_at(moment, kill, case.path.parent / "reached", case.url(), case.path, **options)


def test_killed_at_every_moment(case: Case) -> None:
    """Whenever it is killed, status tells the truth and the next apply finishes: nothing twice, nothing lost."""
    case.write(
        v1="create table log (n int);\ncreate table t (a int);\ninsert into t select generate_series(1, 100);",
        v2=NONE + "insert into log values (1);\nset search_path = public;\ncreate index concurrently i on t (a);\n"
        "begin;\ninsert into log values (2);\ninsert into log values (3);\ncommit;\nvacuum t;\n"
        "drop index concurrently i;\ninsert into log values (4);",
    )
    moments = 0
    while killed_at(case, moments + 1):
        moments += 1
        applied = case.status().count
        assert applied in range(11)
        case.apply(lock_timeout=10)
        assert case.sql("select n from log order by n") == [1, 2, 3, 4]
        assert case.sql("select to_regclass('i')") == [None]
        assert case.rows() == [("1", 3, 3), ("2", 10, 10)]
        case.sql("drop table log, t; drop schema atlas_schema_revisions cascade")
    assert moments > 30
    assert case.sql("select n from log order by n") == [1, 2, 3, 4]


@pytest.mark.parametrize("mode", ["file", "all"])
def test_killed_in_a_transaction(case: Case, mode: str) -> None:
    case.write(v1="create table log (n int);\ninsert into log values (1);", v2="insert into log values (2);")
    moments = 0
    while killed_at(case, moments + 1, tx_mode=mode):
        moments += 1
        case.apply(tx_mode=mode)
        assert case.sql("select n from log order by n") == [1, 2]
        assert case.rows() == [("1", 2, 2), ("2", 1, 1)]
        case.sql("drop table log; drop schema atlas_schema_revisions cascade")
    assert moments == 4


def test_an_index_built_by_a_killed_run_counts(case: Case) -> None:
    case.write(
        v1="create table t (a int);", v2=NONE + "create index concurrently i on t (a);\ncreate index j on t (a);"
    )
    case.apply(amount=1)
    assert killed_at(case, 6)  # the index is built, the row is not written
    assert case.status().error == IN_FLIGHT
    assert case.sql("select indisvalid from pg_index where indexrelid = 'i'::regclass") == [True]
    case.events.clear()
    case.apply()
    assert "an earlier run had finished it" in case.seen(Note)[0].text
    assert case.rows("applied, total, error") == [(1, 1, None), (2, 2, None)]


def test_an_index_that_a_failed_build_left_behind_is_dropped_and_built(case: Case) -> None:
    case.write(
        v1='create schema "My App";\ncreate table "My App".t (a int);\ninsert into "My App".t values (1), (1);',
        v2=NONE + 'create unique index concurrently if not exists "I" on "My App".t (a);',
    )
    with pytest.raises(TelamonError, match="could not create unique index"):
        try:
            case.apply()
        except TelamonError as error:
            raise TelamonError(error.why) from None
    assert case.sql('select indisvalid from pg_index where indexrelid = \'"My App"."I"\'::regclass') == [False]
    case.sql('delete from "My App".t')
    case.events.clear()
    case.apply()
    assert "left behind by a build that failed" in case.seen(Note)[0].text
    assert case.sql('select indisvalid from pg_index where indexrelid = \'"My App"."I"\'::regclass') == [True]


def test_a_database_made_by_a_killed_run(case: Case) -> None:
    case.write(v1=NONE + "create database telamon_twice;\ncreate table t ();")
    case.sql("drop database if exists telamon_twice")
    try:
        assert killed_at(case, 6)  # it is made, the row is not written
        with pytest.raises(TelamonError, match="failed at statement 1") as caught:
            case.apply()
        assert (
            "An earlier run was interrupted in this statement: if it had done its work, remove it." in caught.value.do
        )
        case.write(v1=NONE + "create table t ();")
        case.apply()
        assert case.rows("applied, total, error") == [(1, 1, None)]
    finally:
        case.sql("drop database if exists telamon_twice")


def test_begin_and_commit_of_the_file_hold(case: Case) -> None:
    case.write(v1=NONE + "create table a ();\nbegin;\ncreate table b ();\nselect 1/0;\ncommit;\ncreate table c ();")
    with pytest.raises(TelamonError, match="statement 4 of 6"):
        case.apply()
    tables = "select tablename::text from pg_tables where schemaname = 'public' order by 1"
    assert case.sql(tables) == ["a"]
    assert case.rows("applied, error") == [(1, "division by zero")]
    case.write(v1=NONE + "create table a ();\nbegin;\ncreate table b ();\nrollback;\ncreate table c ();")
    case.apply()
    assert case.sql(tables) == ["a", "c"]
    assert case.rows() == [("1", 5, 5)]


def test_a_transaction_left_open(case: Case) -> None:
    case.write(v1=NONE + "create table a ();\nbegin;\ncreate table b ();")
    with pytest.raises(TelamonError, match="leaves a transaction open"):
        case.apply()
    assert case.rows("applied, total") == [(1, 3)]


def test_settings_are_there_again_after_a_resume(case: Case) -> None:
    case.write(v1=NONE + "create schema s;\nset search_path = s;\nselect 1/0;\ncreate table a ();")
    with pytest.raises(TelamonError):
        case.apply()
    case.write(v1=NONE + "create schema s;\nset search_path = s;\ncreate table a ();")
    case.apply()
    assert case.sql("select schemaname::text from pg_tables where tablename = 'a'") == ["s"]


def test_a_role_set_by_the_file_does_not_write_the_rows(case: Case, role: str) -> None:
    case.sql(f'grant create on schema public to "{role}"')
    case.write(
        v1=NONE + f'set role "{role}";\ncreate table a ();\nvacuum a;\ncreate table b ();', v2="create table c ();"
    )
    case.apply()
    assert (
        case.sql("select tableowner::text from pg_tables where schemaname = 'public' order by tablename")[:2]
        == [role] * 2
    )
    assert case.rows() == [("1", 4, 4), ("2", 1, 1)]


def test_what_may_commit_by_itself_is_not_run_twice(case: Case) -> None:
    text = "do $$ begin insert into log values (1); commit; insert into log values (2); end $$;"
    case.write(v1="create table log (n int);", v2=NONE + text)
    case.apply(amount=1)
    assert killed_at(case, 7)
    with pytest.raises(CheckError, match="nobody can know how far it came"):
        case.apply()
    assert case.sql("select n from log") == [1, 2]
    case.write(v2=NONE)
    case.apply()
    assert case.rows() == [("1", 1, 1), ("2", 0, 0)]


def test_a_procedure_that_commits(case: Case) -> None:
    case.write(
        v1="create table log (n int);\ncreate procedure p() language plpgsql as $$ begin insert into log values (1);"
        " commit; insert into log values (2); end $$;",
        v2=NONE + "call p();",
    )
    case.apply()
    assert case.sql("select n from log") == [1, 2]


@pytest.mark.parametrize(
    "text",
    [
        "do $$ begin insert into log values (1); /* no commit */ insert into log values (2); end $$;",
        "call p();",
        "copy log from stdin;\n1\n2\n\\.\n",
    ],
)
def test_what_does_not_commit_by_itself_is_done_once(case: Case, text: str) -> None:
    case.write(
        v1="create table log (n int);\ncreate procedure p() begin atomic insert into log values (1), (2); end;",
        v2=NONE + text,
    )
    case.apply(amount=1)
    moments = 0
    while killed_at(case, moments + 1):
        moments += 1
        case.apply()
        assert case.sql("select n from log order by n") == [1, 2]
        case.sql("truncate log; delete from atlas_schema_revisions.atlas_schema_revisions where version = '2'")
    assert moments > 3


def test_a_program_that_fails_after_a_commit_of_its_own(case: Case) -> None:
    text = "do $$ begin insert into log values (1); commit; insert into log values (2); perform 1/0; end $$;"
    case.write(v1="create table log (n int);", v2=NONE + text)
    with pytest.raises(TelamonError) as failed:
        case.apply()
    assert "what this one committed by itself before it failed stays done" in failed.value.do
    assert case.status().error == "committed a part of its work, then failed: division by zero"
    for _ in range(2):
        with pytest.raises(CheckError, match="failed after a part of its work") as refused:
            case.apply()
        assert "division by zero" in refused.value.why and "a comment will do" in refused.value.do
    assert case.sql("select n from log") == [1]
    case.write(v2=NONE + text.replace("perform 1/0;", "-- again\n"))
    case.apply()
    assert case.sql("select n from log") == [1, 1, 2]
    assert case.rows("applied, total, error") == [(1, 1, None), (1, 1, None)]


def test_a_program_that_fails_before_a_commit_of_its_own_is_run_again(case: Case) -> None:
    text = (
        "do $$ begin insert into log values (1); if not exists (select from go) then perform 1/0; end if;"
        " commit; insert into log values (2); end $$;"
    )
    case.write(v1="create table log (n int);\ncreate table go (n int);", v2=NONE + text)
    with pytest.raises(TelamonError, match="failed at statement 1"):
        case.apply()
    case.sql("insert into go values (1)")
    case.apply()
    assert case.sql("select n from log") == [1, 2]


def test_a_lock_that_is_missed_after_a_commit_is_not_tried_again(case: Case) -> None:
    text = "do $$ begin insert into log values (1); commit; set local lock_timeout = '30ms'; lock table t; end $$;\n"
    case.write(v1="create table log (n int);\ncreate table t ();", v2=NONE + text)
    case.apply(amount=1)
    with psycopg.connect(case.url()) as holder:
        holder.execute("select * from t")
        with pytest.raises(TelamonError, match="failed at statement 1"):
            case.apply()
    assert case.sql("select n from log") == [1]


def test_a_procedure_that_commits_is_found_out_by_running_it(case: Case) -> None:
    case.write(
        v1="create table log (n int);\ncreate procedure p() language plpgsql as $$ begin insert into log values (1);"
        " commit; insert into log values (2); end $$;",
        v2=NONE + "do $$ begin call p(); end $$;",
    )
    case.apply()
    assert case.sql("select n from log") == [1, 2]
