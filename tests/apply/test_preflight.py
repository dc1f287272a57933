"""What statements do to a transaction, asked of the server's grammar."""

from __future__ import annotations

import subprocess
import sys

import pytest

from telamon.apply.preflight import Build, Effect, build, effect, sets_session


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("create table t (a int);", Effect.PLAIN),
        ("alter table t alter a set not null;", Effect.PLAIN),
        ("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);", Effect.CONCURRENT),
        ("create index i on concurrently (a);", Effect.PLAIN),
        ("drop index concurrently i;", Effect.CONCURRENT),
        ("refresh materialized view concurrently v;", Effect.PLAIN),
        ("reindex table concurrently t;", Effect.CONCURRENT),
        ("reindex (concurrently) table t;", Effect.CONCURRENT),
        ("reindex (concurrently off) table t;", Effect.PLAIN),
        ("reindex table t;", Effect.PLAIN),
        ("reindex schema s;", Effect.OUTSIDE),
        ("alter table t detach partition p concurrently;", Effect.CONCURRENT),
        ("vacuum (analyze) t;", Effect.OUTSIDE),
        ("analyze t;", Effect.PLAIN),
        ("cluster;", Effect.OUTSIDE),
        ("cluster t using i;", Effect.PLAIN),
        ("create database d;", Effect.OUTSIDE),
        ("drop database d;", Effect.OUTSIDE),
        ("alter database d set tablespace t;", Effect.OUTSIDE),
        ("alter database d set work_mem = '1MB';", Effect.PLAIN),
        ("alter system set work_mem = '1MB';", Effect.OUTSIDE),
        ("create tablespace t location '/t';", Effect.OUTSIDE),
        ("create subscription s connection 'c' publication p;", Effect.OUTSIDE),
        ("create subscription s connection 'c' publication p with (connect = false);", Effect.PLAIN),
        ("discard all;", Effect.OUTSIDE),
        ("discard plans;", Effect.PLAIN),
        ("begin;", Effect.BEGINS),
        ("START TRANSACTION ISOLATION LEVEL SERIALIZABLE", Effect.BEGINS),
        ("commit and chain;", Effect.COMMITS),
        ("end;", Effect.COMMITS),
        ("rollback;", Effect.ROLLS_BACK),
        ("rollback to savepoint s;", Effect.PLAIN),
        ("savepoint s;", Effect.PLAIN),
        ("prepare transaction 'x';", Effect.OUTSIDE),
        ("prepare p as select 1;", Effect.PLAIN),
        ("do $$ begin commit; end $$;", Effect.UNKNOWN),
        ("do $$ begin perform 1; end $$;", Effect.PLAIN),
        ("call p();", Effect.UNKNOWN),
        ("insert into t values (1);\ncommit;\ninsert into t values (2)", Effect.COMMITS),  # of a custom delimiter
        ("commit this is no sql", Effect.PLAIN),  # the server will say so
    ],
)
def test_effect(statement: str, expected: Effect) -> None:
    assert effect(statement) is expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("set search_path = a;", True),
        ("reset role;", True),
        ("select pg_catalog.set_config('search_path', '', false);", True),
        ("select 1;", False),
        ("update t set a = 1;", False),
    ],
)
def test_session_settings(statement: str, expected: bool) -> None:
    assert sets_session(statement) is expected


def test_concurrent_builds_are_named() -> None:
    assert build("create index concurrently if not exists I on S.T (a)") == Build(("s", "i"), ("s", "t"))
    assert build('create index concurrently "I" on "T" (a)') == Build(("I",), ("T",))
    assert build("drop index concurrently if exists s.i") == Build(("s", "i"), drops=True)
    assert build("create index concurrently on t (a)") is None
    assert build("create index i on t (a)") is None


def test_ordinary_statements_do_not_load_the_grammar() -> None:
    code = (
        "import sys; from telamon.apply.preflight import effect\n"
        "for text in ('create table t (a int);', 'alter table t set (fillfactor = 10);', 'insert into t values (1);',\n"
        "             'create function f() returns int language sql as $$ select 1 $$;'):\n"
        "    effect(text)\n"
        "sys.exit('postgast' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
