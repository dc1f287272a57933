"""Fleets: many targets, one directory."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from telamon import fleet
from telamon.apply import Options
from telamon.apply.events import ignore
from telamon.apply.lock import advisory_lock
from telamon.apply.target import connect
from telamon.dev import Dev
from telamon.directory import Directory
from telamon.errors import LockError, UsageError
from telamon.fleet import FleetReport, FleetTarget, Limits, Outcome
from telamon.fleet.unit import Unit, apply_unit
from tests.apply.conftest import Case

TENANTS = "select nspname::text from pg_namespace where nspname like 't_' order by 1"


def started(case: Case, count: int = 4) -> tuple[FleetTarget, ...]:
    """A database with a schema for each tenant, and a directory of one migration."""
    for number in range(count):
        case.sql(f"create schema t{number}")
    case.write(v1="create table a (x int);\ninsert into a values (1);")
    return fleet.tenants(case.url(), TENANTS)


def states(report: FleetReport) -> list[str]:
    """What became of each."""
    return [each.state for each in report.outcomes]


def test_tenants(case: Case) -> None:
    targets = started(case)
    assert [(each.name, each.schema) for each in targets] == [(f"t{n}", f"t{n}") for n in range(4)]
    told: list[Outcome] = []
    report = fleet.apply(targets, case.path, on_outcome=told.append)
    assert states(report) == ["applied"] * 4
    assert told[0].name == "t0"  # the canary
    assert {(each.version, each.files, each.statements) for each in report.outcomes} == {("1", ("1.sql",), 2)}
    for number in range(4):
        assert case.sql(f"select x from t{number}.a") == [1]
        assert case.sql(f"select version::text, applied, total from t{number}.atlas_schema_revisions") == [("1", 2, 2)]
    told.clear()
    again = fleet.apply(targets, case.path, on_outcome=told.append)
    assert (states(again), told) == (["nothing"] * 4, [])
    assert again.outcomes[0].version == "1"


def test_a_failing_canary_stops_all_and_the_next_run_does_what_is_left(case: Case) -> None:
    targets = started(case)
    case.sql("create table t0.a ()")
    failed = fleet.apply(targets, case.path, Options(allow_dirty=True))
    assert states(failed) == ["failed", "left", "left", "left"]
    assert 'relation "a" already exists' in failed.outcomes[0].error
    assert failed.outcomes[0].exit_code == 1
    case.sql("drop table t0.a")
    assert states(fleet.apply(targets, case.path)) == ["applied"] * 4


def test_a_budget_of_failures(case: Case) -> None:
    targets = started(case, 6)
    for number in (1, 2, 4):
        case.sql(f"create table t{number}.a ()")
    limits, dirty = Limits(canary=1, max_failures=2, per_server=1), Options(allow_dirty=True)
    stopped = fleet.apply(targets, case.path, dirty, limits=limits)
    assert states(stopped) == ["applied", "failed", "failed", "left", "left", "left"]
    assert "1 applied" in stopped.summary
    assert "3 left" in stopped.summary
    every = fleet.apply(targets[3:4], case.path, Options(tx_mode="all", dry_run=True))
    assert [(each.state, each.files, each.version) for each in every.outcomes] == [("applied", ("1.sql",), "")]
    more = fleet.apply(targets, case.path, dirty, limits=replace(limits, canary=0, max_failures=9))
    assert states(more) == ["nothing", "failed", "failed", "applied", "failed", "applied"]


def test_what_is_rolled_back_is_not_told_as_done(case: Case) -> None:
    targets = started(case, 1)
    case.write(v2="create table b ();", v3="select 1/0;")
    [whole] = fleet.apply(targets, case.path, Options(tx_mode="all")).outcomes
    assert (whole.state, whole.files, whole.version, whole.statements) == ("failed", (), "", 0)
    [each] = fleet.apply(targets, case.path).outcomes
    assert (each.state, each.files, each.version, each.statements) == ("failed", ("1.sql", "2.sql"), "2", 3)


def test_status(case: Case) -> None:
    targets = started(case, 3)
    fleet.apply(targets[:2], case.path)
    case.write(v2="create table b ();", v3="-- telamon:context x\ncreate table c ();")
    fleet.apply(targets[:1], case.path)
    found = fleet.status(targets, case.path)
    assert [(line.status, line.current, line.next, line.pending) for line in found.lines] == [
        ("OK", "2", "", ()),
        ("PENDING", "1", "2", ("2.sql",)),
        ("PENDING", "", "1", ("1.sql", "2.sql")),
    ]
    assert found.lines[0].skipped == ("3.sql",)
    assert found.summary == "3 targets: 1 up to date, 2 pending"
    case.sql("drop schema t1 cascade")
    gone = fleet.status(targets, case.path).lines[1]
    assert (gone.status, 'schema "t1" does not exist' in gone.error) == ("ERROR", True)


def test_databases_by_a_query(case: Case, server: Dev) -> None:
    case.write(v1="create table a (x int);")
    with server.create() as one, server.create() as two:
        urls = [Case(each.conninfo, case.path, case.connection).url() for each in (one, two)]
        case.sql("create table places (url text)")
        for url in urls:
            case.connection.execute("insert into places values (%s)", [url])
        targets = fleet.asked(case.url(), "select url from places order by url")
        assert states(fleet.apply(targets, case.path)) == ["applied", "applied"]
        assert states(fleet.apply(urls, case.path)) == ["nothing", "nothing"]
        assert [line.current for line in fleet.status(urls, case.path).lines] == ["1", "1"]
        with pytest.raises(UsageError, match="named twice"):
            fleet.apply([urls[0], urls[0]], case.path)
    with pytest.raises(UsageError, match="no target"):
        fleet.asked(case.url(), "select url from places where false")


def test_one_lock_a_database(case: Case) -> None:
    """A run for one tenant and a run for all exclude each other, though tenants of a run do not."""
    targets = started(case)
    with connect(case.url()) as other, advisory_lock(other.connection, ignore):
        with pytest.raises(LockError):
            fleet.apply(targets, case.path, Options(lock_timeout=0.2))
        assert states(fleet.apply(targets, case.path, Options(dry_run=True))) == ["applied"] * 4
    assert case.sql("select count(*) from pg_tables where tablename = 'a'") == [0]
    assert states(fleet.apply(targets, case.path, limits=Limits(canary=0, per_server=4))) == ["applied"] * 4


def test_the_cap_of_a_server(case: Case) -> None:
    """No more targets of a server than the cap are worked on at once, and as many as it allows are."""
    targets = started(case, 6)
    case.write(v1="select pg_sleep(0.2);")
    most, running, lock = 0, 0, threading.Lock()

    class Counting(ThreadPoolExecutor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            nonlocal most, running
            with lock:
                running += 1
                most = max(most, running)
            future = super().submit(fn, *args, **kwargs)
            future.add_done_callback(lambda _: down())
            return future

    def down() -> None:
        nonlocal running
        with lock:
            running -= 1

    with Counting(6) as pool:
        report = fleet.apply(targets, case.path, limits=Limits(canary=0, per_server=3), executor=pool)
    assert states(report) == ["applied"] * 6
    assert most == 3


def test_units_travel(case: Case) -> None:
    """What goes to a worker and what comes back can be pickled, and a worker that dies is told of."""
    targets = started(case, 2)
    unit = Unit(targets[0], Directory.read(case.path), Options(), "telamon_tenant_t0")
    outcome = apply_unit(pickle.loads(pickle.dumps(unit)))
    assert pickle.loads(pickle.dumps(outcome)) == outcome
    assert outcome.state == "applied"
    case.write(v2="select pg_terminate_backend(pg_backend_pid());", v3="create table never ();")
    with ProcessPoolExecutor(1) as pool:
        report = fleet.apply(targets[:1], case.path, executor=pool)
        assert states(report) == ["failed"]
        assert "lost" in report.outcomes[0].error
    assert "s3cret" not in repr(fleet.given(["postgres://u:s3cret@h/d"]))


@contextmanager
def dask() -> Iterator[Any]:
    """A real Dask cluster on this machine: a scheduler, and two workers in processes of their own."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, worker_dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_a_dask_client_serves_as_it_is(case: Case) -> None:
    targets = started(case, 4)
    with dask() as client:
        report = fleet.apply(targets, case.path, executor=client)
        assert states(report) == ["applied"] * 4
        case.write(v2="create table b ();")
        case.sql("create table t3.b ()")
        mixed = fleet.apply(targets, case.path, executor=client)
        assert states(mixed) == ["applied", "applied", "applied", "failed"]
    assert case.sql("select count(*) from pg_tables where tablename in ('a', 'b')") == [8]


def run(case: Case, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, in the folder of the case."""
    command = [sys.executable, "-m", "telamon", "migrate", *arguments, "--env", "prod"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=case.path.parent)


def test_the_commands(case: Case) -> None:
    started(case, 3)
    case.sql("create table t2.a ()")
    (case.path.parent / "telamon.toml").write_text(
        f'dir = "migrations"\n[env.prod]\nurl = "{case.url()}"\ntargets = {{ schemas_query = "{TENANTS}" }}\n'
        "canary = 1\nmax_failures = 2\nper_server = 2\n"
    )
    status = run(case, "status")
    assert (status.returncode, status.stdout.splitlines()[-1]) == (0, "3 targets: 0 up to date, 3 pending")
    done = run(case, "apply", "--allow-dirty")
    assert done.returncode == 1
    assert "t2: failed: 1.sql failed at statement 1 of 2" in done.stdout
    assert "Error: 1 of 3 targets failed" in done.stderr
    case.sql("drop table t2.a")
    left = run(case, "apply", "--format", "json")
    assert left.returncode == 0, left.stderr
    shown = json.loads(left.stdout)
    assert shown["count"] == {"nothing": 2, "applied": 1}
    assert [each["name"] for each in shown["targets"]] == ["t0", "t1", "t2"]
    listed = json.loads(run(case, "status", "--format", "json").stdout)
    assert listed["count"] == {"OK": 3}
    one = run(case, "set", "1")
    assert (one.returncode, "has many targets" in one.stderr) == (2, True)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("targets = []", "targets is to be"),
        ('targets = { query = "q", schemas_query = "s" }', "targets is to be"),
        ('targets = { query = "select 1" }', "no url to ask"),
        ("canary = -1", "canary is to be a number from 0 on"),
        ("max_failures = 0", "max_failures is to be a number from 1 on"),
        ('targets = ["mysql://h/d"]', "not a PostgreSQL URL"),
    ],
)
def test_a_wrong_configuration(case: Case, line: str, words: str) -> None:
    case.write(v1="create table a ();")
    (case.path.parent / "telamon.toml").write_text(f'dir = "migrations"\n[env.prod]\n{line}\n')
    done = run(case, "apply")
    assert (done.returncode, words in done.stderr) == (2, True), done.stderr
