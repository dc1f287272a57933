"""The advisory lock: Atlas's ids, exclusion, who holds it."""

from __future__ import annotations

import psycopg
import pytest

from telamon.apply.events import Event, LockWait, ignore
from telamon.apply.lock import EXECUTE, advisory_lock, lock_id
from telamon.errors import LockError
from tests.apply.conftest import Case

LOCKS = """select objid::bigint from pg_locks
where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("atlas_migrate_execute", 2686470616),
        ("atlas_migrate_diff", 361947982),
        ("atlas_lint", 526800194),
        ("atlas_lint_public", 1304589634),
    ],
)
def test_ids_are_those_of_atlas(name: str, expected: int) -> None:
    assert lock_id(name) == expected


def test_a_second_session_waits_then_learns_who_holds_it(case: Case) -> None:
    events: list[Event] = []
    with psycopg.connect(case.url(application_name="deploy 7"), autocommit=True) as other:
        mine = advisory_lock(case.connection, events.append, timeout=0.2)
        with advisory_lock(other, ignore), pytest.raises(LockError) as caught, mine:
            pytest.fail("the lock was given twice")
        assert f"pid {other.info.backend_pid}" in caught.value.where and "deploy 7" in caught.value.where
        assert caught.value.exit_code == 5
        assert isinstance(events[0], LockWait)
        with advisory_lock(case.connection, ignore, timeout=0):
            assert case.sql(LOCKS) == [lock_id(EXECUTE)]
    assert case.sql(LOCKS) == []


def test_the_lock_is_released_when_the_work_fails(case: Case) -> None:
    with pytest.raises(ZeroDivisionError), advisory_lock(case.connection, ignore):
        raise ZeroDivisionError
    assert case.sql(LOCKS) == []


def test_apply_waits_for_the_lock_only_with_work_to_do(case: Case) -> None:
    case.write(v1="create table a();")
    case.apply()
    with advisory_lock(case.connection, ignore):
        case.apply(lock_timeout=0)  # nothing pending
        case.write(v2="create table b();")
        with pytest.raises(LockError):
            case.apply(lock_timeout=0.1)
    case.apply()
    assert case.rows("version") == ["1", "2"]
