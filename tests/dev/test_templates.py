"""Databases on a server: fresh, dropped, kept as templates, copied, evicted."""

from __future__ import annotations

import pytest

from telamon.dev import TemplateMissingError, open_dev
from telamon.dev import server as server_module
from telamon.dev.embedded import EmbeddedDev


def databases(dev: EmbeddedDev) -> int:
    return len(dev.execute("SELECT FROM pg_database WHERE datname LIKE 'telamon_dev_%%'"))


def test_a_fresh_database_is_empty_and_dropped_with_its_connections(server: EmbeddedDev) -> None:
    with server.create() as database:
        connection = database.connect()
        assert connection.autocommit
        assert connection.execute("SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace").fetchall() == []
        other = database.connect()
        assert not other.closed
    assert connection.closed and other.closed
    server.drop_all()  # nobody waited for it
    assert databases(server) == 0
    database.drop()


def test_a_kept_database_is_copied(server: EmbeddedDev) -> None:
    database = server.create()
    database.connect().execute("CREATE TABLE t (a int); INSERT INTO t VALUES (7)")
    assert not server.has("copied")
    server.keep(database, "copied")
    database.drop()
    assert server.has("copied")
    for _ in range(2):
        with server.create("copied") as copy, copy.connect() as connection:
            assert connection.execute("SELECT a FROM t").fetchone() == (7,)
            connection.execute("DROP TABLE t")


def test_another_run_sees_the_template(server: EmbeddedDev) -> None:
    server.keep(server.create(), "shared")
    with open_dev() as other:
        assert other.has("shared")
        other.keep(other.create(), "shared")
    assert databases(server) == 0


def test_a_run_that_keeps_what_another_kept_meanwhile(server: EmbeddedDev, monkeypatch: pytest.MonkeyPatch) -> None:
    server.keep(server.create(), "raced")
    monkeypatch.setattr(EmbeddedDev, "has", lambda self, key: False)
    server.keep(server.create(), "raced")
    assert databases(server) == 0


def test_a_template_that_is_not_there(server: EmbeddedDev) -> None:
    with pytest.raises(TemplateMissingError):
        server.create("never kept")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()); END $$",
        "DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE %I IS ''c''', current_database()); END $$",
        "DO $$ BEGIN EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()); END $$",
    ],
)
def test_what_a_copy_would_lose_is_not_kept(server: EmbeddedDev, statement: str) -> None:
    database = server.create()
    database.connect().execute(statement)
    server.keep(database, statement)
    assert not server.has(statement)
    assert databases(server) == 0


def test_old_templates_go(server: EmbeddedDev, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MOST_TEMPLATES", 2)
    for key in "abc":
        server.keep(server.create(), key)
    assert [server.has(key) for key in "abc"] == [False, True, True]
    monkeypatch.setattr(server_module, "MOST_BYTES", 1)
    server.keep(server.create(), "d")
    assert [server.has(key) for key in "bcd"] == [False, False, True]


def test_a_prepared_transaction_is_no_obstacle(server: EmbeddedDev) -> None:
    with server.create() as database:
        database.connect().execute("BEGIN; CREATE TABLE t (); PREPARE TRANSACTION 'x'")
    server.drop_all()
    assert databases(server) == 0


def test_databases_that_are_made_ahead_are_given_out_and_go_with_the_others(server: EmbeddedDev) -> None:
    with open_dev() as dev:
        assert isinstance(dev, EmbeddedDev)
        dev.prepare()
        first, second, third = (dev.create() for _ in range(3))
        assert len({database.name for database in (first, second, third)}) == 3
        reading, executing, more = (first.connect() for _ in range(3))
        assert len({connection.info.backend_pid for connection in (reading, executing, more)}) == 3
        executing.execute("CREATE TABLE t (a int)")
        assert reading.execute("SELECT count(*) FROM t").fetchone() == (0,)
        assert second.connect().execute("SELECT to_regclass('t')").fetchone() == (None,)
        dev.prepare()
    assert databases(server) == 0
