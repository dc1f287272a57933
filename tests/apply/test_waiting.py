"""Waiting well: for tables that others use, and beside other runs."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import psycopg
import pytest

from telamon.apply import Options, apply
from telamon.apply.events import Event, Retrying, Running, ignore
from telamon.apply.lock import advisory_lock
from telamon.apply.statements import run_statements
from telamon.apply.target import connect
from telamon.catalog.facts import Catalog, Fact
from telamon.cli.progress import TextProgress
from telamon.errors import LockError
from telamon.kinds.base import Context, Server
from telamon.kinds.role import Role, RoleSpec
from tests.apply.conftest import Case


@pytest.mark.parametrize("mode", ["file", "all", "none"])
def test_waits_without_queueing_and_names_who_is_in_the_way(case: Case, mode: str) -> None:
    case.write(v1="create table t (a int);")
    case.apply()
    case.write(v2="create table u ();\nalter table t add b int;\ncreate table v ();")
    with psycopg.connect(case.url(application_name="report")) as holder:
        holder.execute("select * from t")
        pid = holder.info.backend_pid
        timer = threading.Timer(2.5, holder.rollback)
        timer.start()
        case.apply(tx_mode=mode, lock_ladder=(0.8, 0.8))
        timer.join()
    retries = case.seen(Retrying)
    assert retries and retries[0].blockers[0].pid == pid
    text = str(retries[0].blockers[0])
    assert "report" in text and "idle in transaction" in text and "select * from t" in text
    assert any(event.blockers and event.sql.startswith("alter table t") for event in case.seen(Running))
    assert case.rows() == [("1", 1, 1), ("2", 3, 3)]


def test_gives_up_in_the_end(case: Case) -> None:
    case.write(v1="create table t (a int);")
    case.apply()
    case.write(v2="create table u ();\nalter table t add b int;")
    with psycopg.connect(case.url()) as holder:
        holder.execute("select * from t")
        with pytest.raises(LockError, match=r"2\.sql did not get its lock") as caught:
            case.apply(lock_ladder=(3.0,), lock_retry=0.1)
        assert f"pid {holder.info.backend_pid}" in caught.value.why
        assert "alter table t add b int;" in caught.value.where
    assert case.rows("version") == ["1"]
    assert case.sql("select to_regclass('u')") == [None]


def test_a_file_may_set_its_own_lock_timeout(case: Case) -> None:
    case.write(v1="create table t (a int);")
    case.apply()
    case.write(v2="set lock_timeout = '50ms';\nalter table t add b int;")
    with psycopg.connect(case.url()) as holder:
        holder.execute("select * from t")
        begun = time.monotonic()
        with pytest.raises(LockError):
            case.apply(lock_ladder=(30,), lock_retry=0)
        assert time.monotonic() - begun < 10


def test_building_concurrently_waits_for_old_transactions(case: Case) -> None:
    case.write(v1="create table t (a int);")
    case.apply()
    case.write(v2="-- atlas:txmode none\n\ncreate index concurrently i on t (a);")
    with psycopg.connect(case.url()) as holder:
        holder.execute("insert into t values (1)")
        timer = threading.Timer(1.2, holder.commit)
        timer.start()
        case.apply(lock_ladder=(0.2,), lock_retry=0)
        timer.join()
    assert case.seen(Retrying) == []
    assert case.sql("select indisvalid from pg_index where indexrelid = 'i'::regclass") == [True]


def test_a_plan_that_builds_concurrently_waits_for_old_transactions(case: Case) -> None:
    case.sql("create table t (a int)")
    with psycopg.connect(case.url()) as holder, connect(case.url()) as target:
        holder.execute("insert into t values (1)")
        timer = threading.Timer(1.2, holder.commit)
        timer.start()
        build = ["create index concurrently i on t (a)"]
        run_statements(
            target, build, Options(lock_ladder=(0.2,)), case.events.append, tx_mode="none", check=lambda: None
        )
        timer.join()
    assert case.seen(Retrying) == []
    assert case.sql("select indisvalid from pg_index where indexrelid = 'i'::regclass") == [True]


def test_what_runs_outside_of_transactions_does_not_queue_either(case: Case) -> None:
    case.write(v1="create table t (a int);")
    case.apply()
    case.write(v2="-- atlas:txmode none\n\nvacuum full t;")
    with psycopg.connect(case.url()) as holder, psycopg.connect(case.url(), autocommit=True) as shop:
        holder.execute("select * from t")
        timer = threading.Timer(1.5, holder.rollback)
        timer.start()
        run = threading.Thread(target=case.apply, kwargs={"lock_ladder": (0.2,)})
        run.start()
        shop.execute("set statement_timeout = '700ms'")  # more than the run may stand in the queue
        while run.is_alive():
            shop.execute("select * from t")
            time.sleep(0.01)
        timer.join()
    assert case.seen(Retrying)
    assert case.rows() == [("1", 1, 1), ("2", 1, 1)]


def test_status_tells_the_truth_after_a_run_gave_up_waiting(case: Case) -> None:
    case.write(
        v1="create table t (a int);",
        v2="-- atlas:txmode none\n\ncreate table u ();\nvacuum full t;\ncreate table v ();",
    )
    case.apply(amount=1)
    with psycopg.connect(case.url()) as holder:
        holder.execute("select * from t")
        with pytest.raises(LockError, match=r"2\.sql did not get its lock"):
            case.apply(lock_ladder=(0.1,), lock_retry=0)
    told = case.status()
    assert (told.count, told.left, told.total, told.next) == (1, 2, 3, "2")
    assert (told.error, told.sql) == ("", "")  # the statement was undone: it neither runs nor failed half way
    assert "Last migration attempt had errors" not in told.to_text()
    assert case.rows("applied, total, error, error_stmt")[1] == (1, 3, None, None)
    case.apply()
    assert case.rows() == [("1", 1, 1), ("2", 3, 3)]
    assert case.sql("select to_regclass('v') is not null") == [True]


def test_twenty_runners_at_once(case: Case) -> None:
    case.write(**{f"v{n:02}": f"create table t{n} ();\ninsert into log values ({n});" for n in range(1, 6)})
    case.write(v00="create table log (n int);")
    code = "import sys; from telamon.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "migrate", "apply", "--dir", str(case.path), "--url", case.url()]
    command += ["--lock-timeout", "2m"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(20)]
    outputs = [run.communicate(timeout=120) for run in runs]
    assert [run.returncode for run in runs] == [0] * 20, outputs
    assert sum("migrating version 03" in output for output, _ in outputs) == 1
    assert case.sql("select n from log order by n") == [1, 2, 3, 4, 5]
    assert case.rows("version, applied, total") == [("00", 1, 1), *((f"{n:02}", 2, 2) for n in range(1, 6))]


def test_a_waiting_run_does_not_hinder_a_concurrent_build(case: Case) -> None:
    case.write(v1="create table t (a int);", v2="-- atlas:txmode none\n\ncreate index concurrently i on t (a);")
    case.apply(amount=1)
    with psycopg.connect(case.url(), autocommit=True) as builder, advisory_lock(builder, ignore):
        waiting = threading.Thread(target=case.apply, kwargs={"lock_timeout": 20.0})
        waiting.start()
        time.sleep(0.5)
        builder.execute("set statement_timeout = '10s'")
        builder.execute("create index concurrently other on t (a)")
    waiting.join()
    assert case.rows("version") == ["1", "2"]


def test_what_is_tried_again_is_counted_and_reported_once(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.write(v1="create table t (a int);")
    case.apply()
    case.write(v2="create table u ();", v3="alter table t add b int;")
    with psycopg.connect(case.url()) as holder:
        holder.execute("select * from t")
        progress = TextProgress()

        def tell(event: Event) -> None:
            progress(event)
            if isinstance(event, Retrying):
                holder.rollback()

        report = apply(case.url(), case.path, Options(tx_mode="all", lock_ladder=(0.2, 5)), on_event=tell)
        progress.summary()
    shown = capsys.readouterr()
    assert "a lock was not free; attempt 1 undone" in shown.err
    assert shown.out.count("-- migrating version 2") == 1
    assert shown.out.endswith("  -- 2 migrations\n  -- 2 sql statements\n")
    assert [file.name for file in report.applied] == ["2.sql", "3.sql"]


def test_two_databases_change_one_role_at_the_same_moment(case: Case) -> None:
    """Roles belong to the server: no lock of a database keeps two migrations apart. One waits, and tries again."""
    made = Fact(("role", "app_shared"), RoleSpec(("INHERIT", "LOGIN")))
    empty = Catalog({}, 180000)
    create, login = (step.sql for step in Role().create(made, Context(empty, empty, Server(180000))))
    try:
        for version, others, ours in (("1", create, f"{create};\n{login};"), ("2", login, f"{login};")):
            case.write(**{f"v{version}": ours})
            with psycopg.connect(case.url()) as holder:
                holder.execute(others.encode())
                timer = threading.Timer(0.5, holder.commit)
                timer.start()
                case.apply(lock_ladder=(5.0,))
                timer.join()
        assert len(case.seen(Retrying)) == 1
        assert case.sql("select rolcanlogin from pg_roles where rolname = 'app_shared'") == [True]
    finally:
        case.sql("drop role if exists app_shared")
