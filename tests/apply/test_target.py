"""Targets that are refused, each with its own reason, before anything is touched."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from telamon.apply.target import connect, parse
from telamon.errors import TelamonError, UsageError
from tests.apply.conftest import Case


def refused(url: str, **options: object) -> TelamonError:
    with pytest.raises(TelamonError) as caught, connect(url, **options):  # type: ignore[arg-type]
        pytest.fail("it was let in")
    assert "secret" not in str(caught.value)
    return caught.value


@contextmanager
def listener(answer: bytes | None) -> Iterator[int]:
    """Something that listens and is not PostgreSQL; with None it hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    client.recv(100)
                    if answer is not None:
                        client.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize(
    "url", ["mysql://u:secret@h/d", "postgres://u:secret@h/d?nope=1", "host=h nope=1 password=secret"]
)
def test_wrong_urls(url: str) -> None:
    assert isinstance(refused(url), UsageError)


def test_addresses() -> None:
    address = parse("postgres:///d?host=/tmp&search_path=a%20b,public&sslmode=disable")
    assert (address.schema, address.search_path) == ("a b", ("a b", "public"))
    assert address.parameters == {"dbname": "d", "host": "/tmp", "sslmode": "disable"}
    assert parse("postgres://h/d").schema is None
    assert parse("host=h dbname=d").parameters == {"dbname": "d", "host": "h"}


def test_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    error = refused(f"postgres://u:secret@127.0.0.1:{port}/d")
    assert error.what == "the target cannot be reached"
    assert str(port) in error.where and "refused" in error.why
    begun = time.monotonic()
    told: list[str] = []
    error = refused(f"postgres://u:secret@127.0.0.1:{port}/d", wait=0.6, tell=told.append)
    assert 0.6 <= time.monotonic() - begun < 5
    assert error.what == "the target cannot be reached (waited 0.6s)"
    assert len(told) == 1 and "secret" not in told[0]
    assert told[0].startswith(f"the target cannot be reached (host=127.0.0.1 port={port} dbname=d user=u): waiting")


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "what answers there is not PostgreSQL"),
        (b"J\x00\x00\x00\x0a8.0.36\x00", "what answers there is not PostgreSQL"),
        (None, "something answers there and hangs up"),
    ],
)
def test_not_postgresql(answer: bytes | None, what: str) -> None:
    with listener(answer) as port:
        assert refused(f"postgres://u:secret@127.0.0.1:{port}/d").what.startswith(what)


def test_no_such_database_or_user(case: Case) -> None:
    assert refused(case.url(dbname="nope")).what == "the database does not exist"
    assert refused(case.url(user="nope")).what == "the user does not exist"


def test_read_only(case: Case) -> None:
    assert refused(case.url(options="-c default_transaction_read_only=on")).what == "the target is read-only"


def test_too_old_and_not_postgresql_after_all(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(parse.__globals__, "OLDEST", 99)
    assert refused(case.url()).what.startswith("the target is too old: PostgreSQL")


def test_roles(case: Case, role: str) -> None:
    assert refused(case.url(), role="nope").what == 'the session cannot act as role "nope"'
    with connect(case.url(), role=role) as target:
        assert target.connection.execute("select current_user::text").fetchone() == (role,)


def test_the_session(case: Case) -> None:
    with connect(case.url(), statement_timeout=12.5) as target:
        names = ("application_name", "statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout")
        shown = [target.connection.execute("select current_setting(%s)", [name]).fetchone() for name in names]
        assert shown == [("telamon",), ("12500ms",), ("1min",), ("0",)]


@contextmanager
def pgbouncer(case: Case, folder: Path, mode: str, pool: int = 5) -> Iterator[str]:
    """A PgBouncer before the test server; yields the URL of the database through it."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("pgbouncer is not installed")
    given = conninfo_to_dict(case.conninfo)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    config = folder / "pgbouncer.ini"
    config.write_text(
        f"[databases]\n* = host={given['host']} port={given['port']} user={given['user']}\n[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\npool_mode = {mode}\n"
        f"default_pool_size = {pool}\nunix_socket_dir =\nlogfile = {folder}/log\n"
    )
    folder.chmod(0o777)
    owner = os.stat(str(given["host"])).st_uid
    as_user = {"user": owner} if os.geteuid() == 0 else {}
    with subprocess.Popen(
        [program, str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_user
    ) as process:  # type: ignore[call-overload]
        url = f"postgres://{given['user']}@127.0.0.1:{port}/{given['dbname']}"
        try:
            for _ in range(100):
                try:
                    psycopg.connect(url, connect_timeout=5).close()
                    break
                except psycopg.OperationalError:
                    time.sleep(0.05)
            else:
                pytest.skip("pgbouncer does not start here")
            yield url
        finally:
            process.terminate()


@pytest.mark.parametrize("mode", ["transaction", "statement"])
@pytest.mark.parametrize("pool", [1, 5])
def test_a_pooler_that_keeps_no_session_is_refused(case: Case, mode: str, pool: int) -> None:
    case.write(v1="create table a ();")
    with short_folder() as folder, pgbouncer(case, folder, mode, pool) as url:
        error = refused(url)
        assert "pooler in transaction or statement mode" in error.what
        with pytest.raises(TelamonError, match="pooler"):
            case.apply(url=url)
    assert case.sql("select to_regnamespace('atlas_schema_revisions')") == [None]


def test_a_pooler_in_session_mode_will_do(case: Case) -> None:
    case.write(
        v1="create table a ();",
        v2="-- atlas:txmode none\n\ncreate table b (x int);\ncreate index concurrently i on b (x);",
    )
    with short_folder() as folder, pgbouncer(case, folder, "session") as url:
        case.apply(url=url)
    assert case.rows("version") == ["1", "2"]


def test_a_pool_of_one_session_will_do(case: Case) -> None:
    case.write(v1="create table a ();")
    with short_folder() as folder, pgbouncer(case, folder, "session", 1) as url:
        case.apply(url=url)
    assert case.rows("version") == ["1"]


@contextmanager
def short_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tlb") as name:
        yield Path(name)
