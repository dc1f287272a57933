"""What a REINDEX ... CONCURRENTLY leaves when it fails: the next run drops it, by name, and nothing that is not its."""

from __future__ import annotations

import psycopg
import pytest

from telamon.apply.events import Note
from telamon.apply.revisions import IN_FLIGHT
from telamon.errors import TelamonError
from tests.apply.conftest import Case
from tests.apply.test_stepwise import NONE, killed_at

# An index on what a function says, which can be told to fail.
SCHEMA = """create schema "My App";
create table switch (broken boolean);
insert into switch values (false);
create function "My App".f(int) returns int language plpgsql immutable as $$ begin
  if (select broken from public.switch) then raise 'broken'; end if; return $1; end $$;
create table "My App".t (a int, long_text text);
insert into "My App".t values (1);
create index "I" on "My App".t ("My App".f(a));
create index other on "My App".t (a);
"""
INVALID = "select indexrelid::regclass::text from pg_index where not indisvalid order by 1"
INDEXES = "select count(*) from pg_index where indrelid = '\"My App\".t'::regclass"


def fails(case: Case) -> None:
    """Applies while the function fails, then repairs it."""
    case.sql("update switch set broken = true")
    with pytest.raises(TelamonError, match="failed at statement 1"):
        case.apply()
    case.sql("update switch set broken = false")
    case.events.clear()


def told(case: Case) -> list[str]:
    return [event.text for event in case.seen(Note)]


@pytest.mark.parametrize(
    "text",
    [
        'reindex index concurrently "My App"."I"',
        'reindex (concurrently) table "My App".t',
        'reindex schema concurrently "My App"',
        "reindex database concurrently",
    ],
)
def test_what_it_left_is_dropped_and_it_runs_again(case: Case, text: str) -> None:
    case.write(v1=SCHEMA, v2=f"{NONE}{text};")
    case.apply(amount=1)
    fails(case)
    left = case.sql(INVALID)
    assert '"My App"."I_ccnew"' in left
    assert len(left) == (1 if " index " in text else 3)  # of a table all, that of its long values too
    case.apply()
    assert (
        'index "My App"."I_ccnew" is invalid, left behind by this statement when it failed; dropping it first'
        in told(case)
    )
    assert len(told(case)) == len(left)
    assert case.sql(INVALID) == []
    assert case.sql(INDEXES) == [2]
    assert case.rows("applied, total, error")[1] == (1, 1, None)


def test_the_old_one_too_where_only_its_drop_failed(case: Case) -> None:
    case.write(v1=SCHEMA, v2=f'{NONE}reindex index concurrently "My App"."I";')
    case.apply(amount=1)
    fails(case)
    case.sql('alter index "My App"."I_ccnew" rename to "I_ccold1"')
    case.apply()
    assert '"I_ccold1" is invalid' in told(case)[0]
    assert case.sql(INDEXES) == [2]


def test_what_others_left_stays(case: Case) -> None:
    text = 'reindex index concurrently "My App"."I";'
    case.write(v1=SCHEMA, v2=NONE + text)
    case.apply(amount=1)
    case.sql("update switch set broken = true")
    with pytest.raises(psycopg.errors.RaiseException):
        case.sql(text)
    case.sql('create index "I_ccnew2" on "My App".t (long_text)')
    case.sql('update pg_index set indisvalid = false where indexrelid = \'"My App"."I_ccnew2"\'::regclass')
    fails(case)
    assert case.status().error == 'broken; not valid before it began: "My App"."I_ccnew"'
    assert case.sql(INVALID) == ['"My App"."I_ccnew"', '"My App"."I_ccnew1"', '"My App"."I_ccnew2"']
    case.apply()
    assert [text.split(" is ")[0] for text in told(case)] == ['index "My App"."I_ccnew1"']
    assert case.sql(INVALID) == ['"My App"."I_ccnew"', '"My App"."I_ccnew2"']


def test_of_a_partitioned_table(case: Case) -> None:
    case.write(
        v1=SCHEMA + "create table p (a int) partition by range (a);\ncreate table p1 partition of p default;\n"
        'create index p_i on p ("My App".f(a));\ninsert into p values (1);',
        v2=f"{NONE}reindex index concurrently p_i;",
    )
    case.apply(amount=1)
    fails(case)
    assert case.sql(INVALID) == ["p1_f_idx_ccnew"]
    case.apply()
    assert len(told(case)) == 1
    assert case.sql(INVALID) == []


def test_of_a_run_that_was_killed(case: Case) -> None:
    text = 'reindex index concurrently "My App"."I";'
    case.write(v1=SCHEMA, v2=NONE + text)
    case.apply(amount=1)
    assert killed_at(case, 5)  # it is announced, and about to be sent
    case.sql("update switch set broken = true")
    with pytest.raises(psycopg.errors.RaiseException):  # as the server would have gone on
        case.sql(text)
    case.sql("update switch set broken = false")
    assert case.status().error == IN_FLIGHT
    case.events.clear()
    case.apply()
    assert len(told(case)) == 1
    assert case.sql(INVALID) == []


def test_a_lock_that_was_missed_is_tried_again_without_a_trace(case: Case) -> None:
    case.write(v1=SCHEMA, v2=f"{NONE}set lock_timeout = '200ms';\nreindex index concurrently \"My App\".other;")
    case.apply(amount=1)
    with psycopg.connect(case.url()) as holder:
        holder.execute('insert into "My App".t values (2)')
        with pytest.raises(TelamonError, match="did not get its lock"):
            case.apply(lock_retry=0.1)
        assert case.sql(INVALID) == ['"My App".other_ccnew']
        assert "lock timeout" in case.status().error
    case.apply()
    assert len(told(case)) >= 1
    assert case.sql(INVALID) == []
    assert case.sql(INDEXES) == [2]
