"""Spare copies of templates: ordered at the end of a run, taken by the next, safe whatever happens in between."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from telamon.dev import open_dev, spare
from telamon.dev import server as server_module
from telamon.dev.cluster import Cluster
from telamon.dev.embedded import EmbeddedDev, stop
from tests.dev.test_embedded import cluster_of, names, postmaster, wait

pytestmark = pytest.mark.usefixtures("nothing_kept")


@contextmanager
def opened() -> Iterator[EmbeddedDev]:
    """A run, whose server is there."""
    with open_dev() as dev:
        assert isinstance(dev, EmbeddedDev)
        dev.execute("SELECT 1")
        yield dev


@pytest.fixture
def nothing_kept(shared_cache: None) -> None:
    """A server without templates."""
    with opened() as dev:
        for name in names(dev):
            dev.drop_named(name)


def keep(dev: EmbeddedDev, key: str, tables: int = 1) -> None:
    """Keeps a template with some tables, the first of which has a row."""
    database = dev.create()
    database.connect().execute("".join(f"CREATE TABLE t{n} (a int PRIMARY KEY);" for n in range(tables)).encode())
    database.connect().execute("INSERT INTO t0 VALUES (7)")
    dev.keep(database, key)


def use(dev: EmbeddedDev, key: str) -> None:
    """Copies a template, and changes the copy."""
    with dev.create(key) as copy, copy.connect() as connection:
        assert connection.execute("DELETE FROM t0 RETURNING a").fetchone() == (7,)
    dev.drop_all()


def run(*keys: str, tables: int = 1) -> Cluster:
    """One run that uses templates, which it makes where they are not there."""
    with opened() as dev:
        for key in keys:
            if not dev.has(key):
                keep(dev, key, tables)
            use(dev, key)
        return dev.cluster


def at_rest(cluster: Cluster) -> None:
    """Waits until the server has made what was ordered, and stopped."""
    wait(lambda: not cluster.running())


def spares(dev: EmbeddedDev) -> set[str]:
    return {name for name in names(dev) if name.startswith(server_module.SPARE_PREFIX)}


def of(*keys: str) -> set[str]:
    """The names of the spares of these templates."""
    return {server_module.spare_of(server_module.template_name(key)) for key in keys}


def orphans(dev: EmbeddedDev) -> set[str]:
    """Folders of the data directory that belong to no database."""
    known = {str(oid) for (oid,) in dev.execute("SELECT oid FROM pg_database")}
    return {folder.name for folder in (dev.cluster.data / "base").iterdir()} - known - {"pgsql_tmp"}


def test_the_next_run_takes_what_this_one_ordered() -> None:
    at_rest(run("k"))
    with opened() as dev:
        assert spares(dev) == of("k")
        with dev.create("k") as copy, copy.connect():
            assert spares(dev) == set()
            use(dev, "k")  # copied, since there is no second one
    at_rest(dev.cluster)
    with opened() as dev:
        assert spares(dev) == of("k")


def test_a_run_orders_one_and_a_server_keeps_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spare, "MOST", 2)
    for keys in ("ab", "c", "d"):
        at_rest(run(*keys))
    with opened() as dev:
        assert spares(dev) == of("c", "d")


def test_a_template_is_evicted_with_its_spare(monkeypatch: pytest.MonkeyPatch) -> None:
    at_rest(run("a"))
    at_rest(run("b"))
    monkeypatch.setattr(server_module, "MOST_TEMPLATES", 2)
    with opened() as dev:
        assert spares(dev) == of("a", "b")
        keep(dev, "c")
        assert [dev.has(key) for key in "abc"] == [False, True, True]
        assert spares(dev) == of("b")


def test_there_is_none_where_room_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spare, "ROOM", 1 << 60)
    at_rest(run("k"))
    with opened() as dev:
        assert spares(dev) == set()


def test_of_many_who_want_one_at_once_one_gets_it_while_the_server_is_in_use() -> None:
    with opened() as dev:
        run("k")
        wait(lambda: spares(dev) == of("k"))
        runs = [threading.Thread(target=run, args=("k",)) for _ in range(6)]
        for each in runs:
            each.start()
        for each in runs:
            each.join()
        wait(lambda: names(dev) == of("k") | {server_module.template_name("k")})
        wait(lambda: not orphans(dev))  # those who ordered it a second time were refused


@pytest.mark.parametrize("end", ["stop", "next run", "kill"])
def test_a_copy_that_is_cut_short_leaves_nothing(end: str) -> None:
    cluster = run("k", tables=300)
    if end == "stop":
        assert stop(cluster, purge=False)
        assert not cluster.running()
    elif end == "kill":
        os.kill(postmaster(cluster), signal.SIGKILL)
    with opened() as dev:
        assert end == "kill" or not orphans(dev)  # else a server had no time to clear away
        use(dev, "k")
        assert names(dev) - of("k") == {server_module.template_name("k")}
    at_rest(cluster)
    with opened() as dev:
        assert spares(dev) == of("k")


def test_a_server_that_is_gone_gets_no_order() -> None:
    with opened() as dev:
        keep(dev, "k")
        use(dev, "k")
        os.kill(postmaster(cluster_of(dev)), signal.SIGKILL)
