"""Dev servers given by URL: with CREATEDB, without, and addresses that are none."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from telamon.dev import TemplateMissingError, open_dev
from telamon.dev.docker import image_of
from telamon.dev.embedded import EmbeddedDev
from telamon.errors import TelamonError, UsageError


@pytest.fixture(scope="module")
def roles(server: EmbeddedDev) -> EmbeddedDev:
    """The server with a role that may create databases and one that may not, which owns a database `lent`."""
    for statement in (
        "CREATE ROLE maker LOGIN CREATEDB",
        "CREATE ROLE lodger LOGIN",
        "CREATE ROLE guarded LOGIN PASSWORD 'right'",
        "CREATE DATABASE lent OWNER lodger",
    ):
        server.alter(statement)
    rules = server.cluster.data / "pg_hba.conf"
    rules.write_text("local all guarded scram-sha-256\n" + rules.read_text())
    server.execute("SELECT pg_reload_conf()")
    return server


def url(server: EmbeddedDev, user: str, database: str = "postgres") -> str:
    return f"postgres://{user}@/{database}?host={quote(str(server.cluster.socket_directory), safe='')}"


def test_with_createdb_databases_are_made_beside_the_given_one(roles: EmbeddedDev) -> None:
    with open_dev(url(roles, "maker")) as dev:
        assert dev.version_num == roles.version_num
        with dev.create() as database, database.connect() as connection:
            assert database.name.startswith("telamon_")
            connection.execute("CREATE TABLE t (a int)")
            dev.keep(database, "by maker")
        with dev.create("by maker") as copy, copy.connect() as connection:
            connection.execute("SELECT a FROM t")
    assert roles.execute("SELECT FROM pg_database WHERE datname LIKE 'telamon_dev_%%'") == []


FURNITURE = """
CREATE SCHEMA "Odd "" name"; CREATE TABLE "Odd "" name".t (a int);
CREATE EXTENSION citext; CREATE TABLE t (id serial PRIMARY KEY, c citext); CREATE VIEW v AS SELECT * FROM t;
CREATE MATERIALIZED VIEW m AS SELECT * FROM v; CREATE TYPE e AS ENUM ('a'); CREATE TYPE c AS (a int);
CREATE DOMAIN d AS int; CREATE SEQUENCE s; CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE p() LANGUAGE sql AS ''; CREATE AGGREGATE g(int) (SFUNC = int4pl, STYPE = int);
CREATE OPERATOR ### (FUNCTION = int4pl, LEFTARG = int, RIGHTARG = int); CREATE COLLATION col (LOCALE = 'C');
CREATE TEXT SEARCH CONFIGURATION tc (COPY = simple); CREATE STATISTICS st ON id, c FROM t;
CREATE CAST (e AS int) WITH FUNCTION f2(e); CREATE PUBLICATION pub FOR TABLE t;
"""


def test_without_createdb_the_given_database_is_used_and_left_empty(roles: EmbeddedDev) -> None:
    furniture = FURNITURE.replace(
        "CREATE CAST", "CREATE FUNCTION f2(e) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE CAST"
    )
    for _ in range(2):
        with open_dev(url(roles, "lodger", "lent")) as dev:
            with dev.create() as database, database.connect() as connection:
                assert database.name == "lent"
                connection.execute(furniture.encode())
                with pytest.raises(TelamonError, match="only one was given"):
                    dev.create()
            database = dev.create()
            dev.keep(database, "k")
            assert not dev.has("k")
            with pytest.raises(TemplateMissingError):
                dev.create("k")


def test_without_createdb_a_database_that_is_not_empty_is_left_alone(roles: EmbeddedDev) -> None:
    from telamon.dev.server import connect

    with connect(url(roles, "lodger", "lent"), "") as connection:
        connection.execute("CREATE TABLE precious (a int)")
        try:
            with open_dev(url(roles, "lodger", "lent")) as dev, pytest.raises(TelamonError) as caught:
                dev.create()
            assert "table public.precious" in caught.value.why and "not empty" in caught.value.what
            connection.execute("SELECT FROM precious")
        finally:
            connection.execute("DROP TABLE precious")


def test_a_wrong_password(roles: EmbeddedDev) -> None:
    address = url(roles, "guarded:wrong")
    with pytest.raises(TelamonError) as caught, open_dev(address):
        pass
    assert "password" in caught.value.do and "wrong" not in str(caught.value)
    with open_dev(url(roles, "guarded:right")) as dev:
        assert dev.version_num


@pytest.fixture
def web_server() -> Iterator[int]:
    """The port of something that answers, but not as PostgreSQL does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _address = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_not_postgresql(web_server: int) -> None:
    with (
        pytest.raises(TelamonError) as caught,
        open_dev(f"postgres://u:secret@127.0.0.1:{web_server}/d?sslmode=prefer"),
    ):
        pass
    assert "not PostgreSQL" in caught.value.do and "secret" not in str(caught.value)


def test_unreachable() -> None:
    with pytest.raises(TelamonError, match="cannot be reached"), open_dev("postgres://u@127.0.0.1:1/d"):
        pass


@pytest.mark.parametrize("spec", ["mysql://x", "", "docker://oracle/1/dev", "postgres://[::/d"])
def test_a_spec_that_is_none(spec: str) -> None:
    with pytest.raises(UsageError), open_dev(spec):
        pass


def test_images() -> None:
    assert image_of("docker://postgres/16/dev?search_path=public") == ("postgres:16", "dev")
    assert image_of("docker://pgvector/pg17/dev") == ("pgvector/pgvector:pg17", "dev")
    assert image_of("docker+postgres://_/my/image:1/db") == ("my/image:1", "db")


def test_docker_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TelamonError, match="docker command"), open_dev("docker://postgres/16/dev"):
        pass
