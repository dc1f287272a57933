"""Loading on real servers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from telamon.errors import TelamonError
from telamon.sources import SqlSource, load, open_source

Connection = psycopg.Connection[Any]


def _source(folder: Path, **files: str) -> SqlSource:
    for name, text in files.items():
        (folder / f"{name}.sql").write_text(text)
    source = open_source([str(folder)] if len(files) > 1 else str(folder / f"{next(iter(files))}.sql"))
    assert isinstance(source, SqlSource)
    return source


def _fails(source: SqlSource, connection: Connection) -> TelamonError:
    with pytest.raises(TelamonError) as caught:
        load(source, connection, server="server X")
    return caught.value


def _relations(connection: Connection) -> list[str]:
    query = "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'v', 'i', 'S') AND oid >= 16384 ORDER BY 1"
    return [name for (name,) in connection.execute(query)]


def test_files_load_whatever_their_order_under_their_own_settings(tmp_path: Path, connection: Connection) -> None:
    source = _source(
        tmp_path,
        a="SET search_path = app;\nCREATE VIEW v AS SELECT * FROM t;\nCREATE VIEW w AS SELECT * FROM v;",
        b="CREATE VIEW public.of_w AS SELECT * FROM app.w;\nCREATE TABLE plain (e public.state);",
        c="CREATE SCHEMA app;\nSET search_path = app;\nCREATE TABLE t (id int REFERENCES public.plain (id));",
        d="ALTER TABLE plain ADD COLUMN id int;\nALTER TABLE plain ADD UNIQUE (id);\nCREATE TYPE state AS ENUM ('a');",
    )
    load(source, connection, server="")
    assert _relations(connection) == ["app.t", "app.v", "app.w", "of_w", "plain", "plain_id_key"]


def test_many_statements_with_failures_among_them(tmp_path: Path, connection: Connection) -> None:
    views = "".join(f"CREATE VIEW v{n} AS SELECT id FROM t{n};\n" for n in range(150))
    tables = "".join(f"CREATE TABLE t{n} (id int);\n" for n in range(150))
    load(_source(tmp_path, a=views, b=tables), connection, server="")
    assert len(_relations(connection)) == 300


def test_the_failing_statement_of_many_is_named_exactly(tmp_path: Path, connection: Connection) -> None:
    good = "".join(f"CREATE TABLE t{n} (id int);\n" for n in range(130))
    source = _source(
        tmp_path, schema=good + "CREATE VIEW v AS\n  SELECT 'ä',\n  wrong FROM t7;\nCREATE TABLE never ();"
    )
    error = _fails(source, connection)
    assert error.exit_code == 1
    assert error.where.splitlines()[0].endswith("schema.sql:133")
    assert error.where.splitlines()[1:] == ["  CREATE VIEW v AS", "    SELECT 'ä',", "    wrong FROM t7;", "    ^"]
    assert 'column "wrong" does not exist (SQLSTATE 42703)' in error.why
    assert "never" not in _relations(connection)
    assert len(_relations(connection)) == 130


def test_of_several_failures_the_cause_is_told_before_its_consequences(tmp_path: Path, connection: Connection) -> None:
    files = {
        "a": "CREATE VIEW v AS SELECT 1 FROM t;",
        "b": "CREATE TABLE t (id int DEFAULT 'x'::int);",
        "c": "SELECT 1;",
    }
    error = _fails(_source(tmp_path, **files), connection)
    assert "b.sql:1" in error.where
    assert 'invalid input syntax for type integer: "x"' in error.why
    assert 'a.sql:1: relation "t" does not exist' in error.why


def test_a_syntax_error_is_told_at_once(tmp_path: Path, connection: Connection) -> None:
    error = _fails(_source(tmp_path, a="SELECT 1;\nCREATE TABEL t ();", b="CREATE TABLE u ();"), connection)
    assert "a.sql:2" in error.where
    assert "syntax error" in error.why


def test_a_dump_loads_with_its_settings_and_without_its_rows(tmp_path: Path, connection: Connection) -> None:
    dump = (
        "\\restrict abc\nSET statement_timeout = 0;\nSET transaction_timeout = 0;\nSET client_encoding = 'UTF8';\n"
        "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE SCHEMA public;\n"
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT id FROM public.t';\n"
        'CREATE TABLE public.t (id int);\nALTER TABLE public.t OWNER TO "The Owner";\n'
        "COPY public.t (id) FROM stdin;\n1\n\\.\n\nGRANT SELECT ON public.t TO reader;\n"
        "INSERT INTO public.t VALUES (7);\n"
    )
    load(_source(tmp_path, dump=dump), connection, server="")
    assert connection.execute("SELECT id FROM public.t").fetchall() == [(7,)]
    assert connection.execute("SHOW search_path").fetchone() == ('"$user", public',)
    assert connection.execute("SHOW check_function_bodies").fetchone() == ("on",)
    owner = connection.execute("SELECT tableowner FROM pg_tables WHERE tablename = 't'").fetchone()
    assert owner == ("The Owner",)
    roles = connection.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname IN ('The Owner', 'reader')").fetchall()
    assert roles == [(False,), (False,)]


def test_tablespaces_that_are_named_are_supplied(tmp_path: Path, connection: Connection) -> None:
    """In a block, under another role, and once more when they are there."""
    text = (
        "BEGIN;\nCREATE TABLE a (i int) TABLESPACE fast;\nCOMMIT;\n"
        'SET SESSION AUTHORIZATION "The Owner";\nCREATE TEMP TABLE b (i int) TABLESPACE "slow disks";\n'
    )
    with pytest.raises(TelamonError, match="permission denied for tablespace slow disks"):
        load(_source(tmp_path, schema=text), connection, server="")
    connection.execute("DROP TABLE a")
    load(_source(tmp_path, schema=text.partition("SET SESSION")[0]), connection, server="")
    spaces = connection.execute("SELECT spcname FROM pg_tablespace WHERE oid >= 16384 ORDER BY spcname").fetchall()
    assert spaces == [("fast",), ("slow disks",)]


def test_roles_named_anywhere_are_created_and_existing_ones_accepted(tmp_path: Path, connection: Connection) -> None:
    text = (
        "CREATE TABLE t (id int);\nCREATE POLICY p ON t TO r1, r2 USING (true);\n"
        "ALTER DEFAULT PRIVILEGES FOR ROLE r3 GRANT SELECT ON TABLES TO r4;\nCREATE SCHEMA AUTHORIZATION r5;\n"
        "DO $$BEGIN GRANT SELECT ON t TO r6; END$$;\nCREATE ROLE r6;\nCREATE USER postgres;\nGRANT r6 TO r7;\n"
        "SET SESSION AUTHORIZATION r8;\nCREATE TEMP TABLE own ();\nGRANT SELECT ON own TO r9;\n"
        "RESET SESSION AUTHORIZATION;\n"
        "SET ROLE r10;\nCREATE TEMP TABLE own2 ();\n"
    )
    load(_source(tmp_path, schema=text), connection, server="")
    names = connection.execute("SELECT count(*) FROM pg_roles WHERE rolname ~ '^r[0-9]+$'").fetchone()
    assert names == (10,)
    owners = connection.execute("SELECT relowner::regrole::text FROM pg_class WHERE relname ~ '^own' ORDER BY relname")
    assert owners.fetchall() == [("r8",), ("r10",)]
    assert connection.execute("SELECT current_user").fetchone() == ("postgres",)


def test_what_cannot_run_in_a_transaction_runs_outside_of_one(tmp_path: Path, connection: Connection) -> None:
    text = (
        "CREATE TABLE t (id int);\nCREATE INDEX CONCURRENTLY i ON t (id);\nCREATE INDEX j ON t (id);\nVACUUM t;\n"
        "CREATE TYPE e AS ENUM ('a');\nALTER TYPE e ADD VALUE 'b';\nCREATE TABLE u (e e DEFAULT 'b');\n"
    )
    load(_source(tmp_path, schema=text), connection, server="")
    assert _relations(connection) == ["i", "j", "t", "u"]


def test_transactions_in_files_are_kept_and_tried_again_as_a_whole(tmp_path: Path, connection: Connection) -> None:
    files = {
        "a": "BEGIN;\nCREATE TABLE a1 ();\nCREATE VIEW a2 AS SELECT 1 FROM b;\nCOMMIT;\n"
        "BEGIN;\nCREATE TABLE gone ();\nROLLBACK;",
        "b": "CREATE TABLE b ();",
    }
    load(_source(tmp_path, **files), connection, server="")
    assert _relations(connection) == ["a1", "a2", "b"]


def test_the_failing_statement_of_a_transaction_is_named(tmp_path: Path, connection: Connection) -> None:
    text = "BEGIN;\nCREATE TABLE a ();\nCREATE TABLE a ();\nCOMMIT;\n"
    error = _fails(_source(tmp_path, schema=text), connection)
    assert error.where.splitlines()[0].endswith("schema.sql:3")
    assert _relations(connection) == []


def test_a_missing_extension_names_itself_the_server_and_the_ways_out(tmp_path: Path, connection: Connection) -> None:
    error = _fails(_source(tmp_path, schema="CREATE TABLE t ();\nCREATE EXTENSION IF NOT EXISTS nowhere;"), connection)
    assert error.what == 'The extension "nowhere" is not installed on the dev server'
    assert "schema.sql:2" in error.where
    assert "server X" in error.why
    assert "telamon dev install nowhere" in error.do and "--dev-url" in error.do


def test_a_name_of_another_database_is_explained(tmp_path: Path, connection: Connection) -> None:
    error = _fails(_source(tmp_path, schema="GRANT CONNECT ON DATABASE shop TO public;"), connection)
    assert "take out statements that name the database" in error.do


def test_an_error_in_the_session_settings_is_told_with_its_line(tmp_path: Path, connection: Connection) -> None:
    error = _fails(_source(tmp_path, schema="SELECT 1;\nSET serch_path = x;\nSELECT 2;"), connection)
    assert "schema.sql:2" in error.where
    assert "serch_path" in error.why


def test_a_lost_connection_is_told(tmp_path: Path, connection: Connection) -> None:
    error = _fails(_source(tmp_path, schema="SELECT 1;\nSELECT pg_terminate_backend(pg_backend_pid());"), connection)
    assert error.what.startswith("The connection to the dev server was lost")
    assert error.where == "server X"
