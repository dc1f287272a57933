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
from dataclasses import dataclass
from pathlib import Path

import pytest

from telamon.apply import Options, apply
from telamon.apply.events import Event, Retrying, Running
from telamon.directory import Directory
from tests.faults.cluster import Cluster
from tests.faults.conftest import FULL, Tell
from tests.faults.scene import DATABASE
from tests.server import binaries

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


@dataclass(frozen=True)
class Transaction:
    """One of pgbench's.

    Args:
        ended: when, in seconds since 1970.
        seconds: how long it took.
    """

    ended: float
    seconds: float


@contextmanager
def traffic(cluster: Cluster, folder: Path, clients: int = 4) -> Iterator[list[Transaction]]:
    """pgbench with its own table of accounts, reading and writing without a pause while the block runs.

    Yields:
        a list that holds its transactions afterwards.
    """
    found: list[Transaction] = []
    program = [str(binaries() / "pgbench"), "-h", str(cluster.root), "-U", "postgres", DATABASE]
    script = folder / "traffic.sql"
    script.write_text(
        "\\set key random(1, 1000)\nBEGIN;\n"
        "UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :key;\n"
        "SELECT abalance FROM pgbench_accounts WHERE aid = :key;\nCOMMIT;\n\\sleep 5 ms\n"
    )
    flags = ["-n", "-c", str(clients), "-T", "600", "-f", str(script), "-l", "--log-prefix", str(folder / "log")]
    run = subprocess.Popen([*program, *flags], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield found
    finally:
        ended = run.poll()
        with cluster.connect(
            DATABASE
        ) as connection:  # at the end of its sessions it writes its log; killed, it does not
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pgbench'"
            )
        output, _ = run.communicate(timeout=60)
        assert ended is None, output
        for log in folder.glob("log.*"):
            for line in log.read_text().splitlines():
                _, _, microseconds, _, second, fraction = line.split()[:6]
                found.append(Transaction(int(second) + int(fraction) / 1e6, int(microseconds) / 1e6))


@pytest.mark.parametrize("mode", ["file", "all", "none"] if FULL else ["file"])
def test_patience_beside_traffic(cluster: Cluster, tmp_path: Path, mode: str, tell: Tell) -> None:
    """While a long transaction holds the table, the run comes back again and again instead of blocking everybody."""
    path, events = tmp_path / "migrations", list[Event]()
    cluster.create(DATABASE)
    write(path, v1="create table other ();")
    apply(cluster.url(DATABASE), path)
    subprocess.run(
        [binaries() / "pgbench", "-h", cluster.root, "-U", "postgres", "-i", "-q", DATABASE],
        check=True,
        capture_output=True,
    )
    table = "pgbench_accounts"
    write(path, v2=f"alter table {table} add column note text;\nalter table {table} add check (abalance >= 0);")
    options = Options(tx_mode=mode, lock_ladder=(0.25, 0.5, WAIT), lock_retry=HELD + 60)  # type: ignore[arg-type]
    holder = cluster.connect(DATABASE, application_name="report")
    with holder, traffic(cluster, tmp_path) as transactions:
        time.sleep(0.5)
        holder.execute("begin")
        holder.execute(f"select sum(abalance) from {table}".encode())
        pid, held, since = holder.info.backend_pid, time.monotonic(), time.time()
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
    assert mine and mine[-1].endswith("s: select sum(abalance) from pgbench_accounts")
    pause = max(each.seconds for each in transactions if each.ended >= since)
    tell(f"longest pause of pgbench in ms beside a wait of {HELD:.0f}s, mode {mode}, lock_timeout up to "
         f"{WAIT * 1000:.0f}ms", round(pause * 1000))  # fmt: skip
    assert pause < WAIT + SLACK
    assert len(transactions) > HELD * 50


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
