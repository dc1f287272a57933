"""Many runners at once, and a run beside the traffic of a live database."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from telamon.apply import Options, apply
from telamon.apply.events import Event, Retrying, Running
from telamon.directory import Directory
from tests.faults.cluster import Cluster
from tests.faults.conftest import FULL, Tell
from tests.faults.scene import DATABASE

RUNNERS, ROUNDS = (50, 10) if FULL else (20, 1)
HELD = 30.0 if FULL else 10.0  # seconds
WAIT = 1.0  # the longest lock_timeout of the run, in seconds
SLACK = 0.1 if FULL else 0.5  # in seconds: beside other tests nothing is exact
SOURCE = str(Path(__file__).parents[2] / "src")


def command(cluster: Cluster, path: Path, *arguments: str) -> subprocess.Popen[str]:
    """Starts `telamon migrate apply`."""
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "telamon",
            "migrate",
            "apply",
            "--url",
            cluster.url(DATABASE),
            "--dir",
            str(path),
            *arguments,
        ],
        env={**os.environ, "PYTHONPATH": SOURCE, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def write(path: Path, **files: str) -> None:
    """Writes migrations and seals them. `v1="..."` is the file `1.sql`."""
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        (path / f"{name.removeprefix('v')}.sql").write_text(text)
    Directory.read(path).seal()


def test_runners_started_at_once(cluster: Cluster, tmp_path: Path, tell: Tell) -> None:
    """Each file is applied exactly once, and everybody is content."""
    path, count = tmp_path / "migrations", 6
    write(path, v0="create table log (n int);")
    for number in range(1, count):
        write(path, **{f"v{number}": f"create table t{number} (a int);\ninsert into log values ({number});"})
    for mode in itertools.islice(itertools.cycle(("none", "file", "all")), ROUNDS):
        cluster.create(DATABASE)
        runs = [command(cluster, path, "--tx-mode", mode, "--lock-timeout", "5m") for _ in range(RUNNERS)]
        outputs = [run.communicate(timeout=300) for run in runs]
        assert [run.returncode for run in runs] == [0] * RUNNERS, outputs
        for number in range(count):
            assert sum(f"migrating version {number}" in output for output, _ in outputs) == 1
        with cluster.connect(DATABASE) as connection:
            assert connection.execute("select n from log order by n").fetchall() == [(n,) for n in range(1, count)]
            query = "select count(*), bool_and(applied = total) from atlas_schema_revisions.atlas_schema_revisions"
            assert connection.execute(query).fetchone() == (count, True)
    tell(f"rounds of {RUNNERS} runners, each file applied once", ROUNDS)


@dataclass
class Traffic:
    """Clients that read and write one table without a pause.

    Args:
        pauses: how long each of their transactions took, in seconds, with the moment of its end.
    """

    pauses: list[tuple[float, float]] = field(default_factory=list)

    @classmethod
    @contextmanager
    def flows(cls, cluster: Cluster, clients: int = 4) -> Iterator[Traffic]:
        """Flows in the block."""
        traffic, ended = cls(), threading.Event()
        threads = [threading.Thread(target=traffic._client, args=(cluster, n, ended)) for n in range(clients)]
        for thread in threads:
            thread.start()
        try:
            yield traffic
        finally:
            ended.set()
            for thread in threads:
                thread.join()

    def _client(self, cluster: Cluster, number: int, ended: threading.Event) -> None:
        with cluster.connect(DATABASE, application_name=f"shop {number}") as connection:
            for key in itertools.cycle(range(number, 100, 4)):
                if ended.wait(0.005):
                    return
                begun = time.monotonic()
                with connection.transaction():
                    connection.execute("update account set balance = balance + 1 where id = %s", [key])
                    connection.execute("select sum(balance) from account").fetchone()
                now = time.monotonic()
                self.pauses.append((now - begun, now))


def longest(traffic: Traffic, since: float) -> float:
    """The longest pause that anybody in the traffic saw."""
    return max(pause for pause, ended in traffic.pauses if ended >= since)


@pytest.mark.parametrize("mode", ["file", "all", "none"] if FULL else ["file"])
def test_patience_beside_traffic(cluster: Cluster, tmp_path: Path, mode: str, tell: Tell) -> None:
    """While a long transaction holds the table, the run comes back again and again instead of blocking everybody."""
    path, events = tmp_path / "migrations", list[Event]()
    cluster.create(DATABASE)
    write(path, v1="create table account (id int primary key, balance bigint not null);\n"
                   "insert into account select n, 0 from generate_series(0, 99) n;")  # fmt: skip
    apply(cluster.url(DATABASE), path)
    write(path, v2="alter table account add column note text;\nalter table account add check (balance >= 0);")
    options = Options(tx_mode=mode, lock_ladder=(0.25, 0.5, WAIT), lock_retry=HELD + 60)  # type: ignore[arg-type]
    with Traffic.flows(cluster) as traffic, cluster.connect(DATABASE, application_name="report") as holder:
        time.sleep(0.5)
        holder.execute("begin")
        holder.execute("select sum(balance) from account")
        pid, held = holder.info.backend_pid, time.monotonic()
        timer = threading.Timer(HELD, holder.rollback)
        timer.start()
        apply(cluster.url(DATABASE), path, options, on_event=events.append)
        waited = time.monotonic() - held
        timer.join()
        time.sleep(0.2)
    assert waited >= HELD
    retries = [event for event in events if isinstance(event, Retrying)]
    assert len(retries) > 2
    assert max(retry.pause for retry in retries) <= 5
    told = [str(blocker) for event in events if isinstance(event, (Running, Retrying)) for blocker in event.blockers]
    mine = [text for text in told if text.startswith(f"pid {pid}, user postgres (report), idle in transaction for ")]
    assert mine and mine[-1].endswith("s: select sum(balance) from account")
    pause = longest(traffic, held)
    tell(f"longest pause of the traffic in ms beside a wait of {HELD:.0f}s, mode {mode}, lock_timeout up to "
         f"{WAIT * 1000:.0f}ms", round(pause * 1000))  # fmt: skip
    assert pause < WAIT + SLACK
    assert len(traffic.pauses) > HELD * 50


def test_a_server_that_comes_up_later(cluster: Cluster, tmp_path: Path) -> None:
    path = tmp_path / "migrations"
    cluster.create(DATABASE)
    write(path, v1="create table a ();")
    cluster.crash()
    try:
        run = command(cluster, path, "--wait-for-database", "30s")
        assert run.stderr is not None
        assert "the target cannot be reached (host=" in (line := run.stderr.readline())
        assert "waiting for it for up to 30s" in line
    finally:
        cluster.start()
    output, _ = run.communicate(timeout=60)
    assert run.returncode == 0 and "migrating version 1" in output
