"""The revision table: where it is, how it looks, what Atlas left in it; and what a clean database is."""

from __future__ import annotations

import base64
import hashlib

import pytest

from telamon.apply.revisions import statement_hashes
from telamon.directory import Directory
from telamon.errors import CheckError, TelamonError, UsageError
from tests.apply.conftest import Case

# The table as Atlas creates it.
ATLAS = """
create schema atlas_schema_revisions;
create table atlas_schema_revisions.atlas_schema_revisions (
  "version" character varying not null, "description" character varying not null, "type" bigint not null default 2,
  "applied" bigint not null default 0, "total" bigint not null default 0, "executed_at" timestamptz not null,
  "execution_time" bigint not null, "error" text null, "error_stmt" text null, "hash" character varying not null,
  "partial_hashes" jsonb null, "operator_version" character varying not null, primary key ("version"));
insert into atlas_schema_revisions.atlas_schema_revisions values
  ('.atlas_cloud_identifier', '2b0a6ddc-9a7c-4ae6-b5b1-c1d7e5d7f5ae', 2, 0, 0, now(), 0, '', '', '', null, 'Atlas CLI');
"""


def test_statement_hashes_are_those_of_atlas() -> None:
    assert statement_hashes(["ALTER TABLE t_sub ADD c3 int;", "ALTER TABLE t_sub ADD c4 int;"]) == (
        "h1:2Do8q/ZenzSSAzQyl7gyfkfPmyoiXAWng/sUVY8DnD4=",
        "h1:4HlJxg1g2FheKl7xuNSde2TFWw6QIxX0Mj+PmnIrOLo=",
    )


def test_columns_and_types(case: Case) -> None:
    case.write(v1="create table a();")
    case.apply()
    query = """select column_name || ' ' || data_type || case is_nullable when 'NO' then ' not null' else '' end
      || coalesce(' ' || column_default, '') from information_schema.columns
      where table_name = 'atlas_schema_revisions' order by ordinal_position"""
    mine = case.sql(query)
    case.sql("drop schema atlas_schema_revisions cascade")
    case.sql(ATLAS)
    assert mine == case.sql(query)
    keys = """select a.attname from pg_index i
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
      where i.indisprimary and i.indrelid = 'atlas_schema_revisions.atlas_schema_revisions'::regclass"""
    assert case.sql(keys) == ["version"]


def test_a_row(case: Case) -> None:
    case.write(v20240101_add_users="create table a();\nselect pg_sleep(0.05);\n")
    case.apply()
    [row] = case.rows(
        "version, description, type, applied, total, execution_time, error, error_stmt, hash, partial_hashes,"
        " operator_version"
    )
    entry = hashlib.sha256(b"20240101_add_users.sqlcreate table a();\nselect pg_sleep(0.05);\n").digest()
    assert row[:5] == ("20240101", "add_users", 2, 2, 2)
    assert 50_000_000 <= row[5] < 5_000_000_000
    assert row[6:10] == (None, None, base64.b64encode(entry).decode(), None)
    assert row[10].startswith("Telamon ")


def test_the_row_of_atlas_cloud_is_no_revision(case: Case) -> None:
    case.sql(ATLAS)
    case.write(v1="create table a();")
    assert case.status().applied == ()
    case.apply()
    assert case.rows("version") == [".atlas_cloud_identifier", "1"]
    assert case.status().status == "OK"


def test_goes_on_where_atlas_stopped(case: Case) -> None:
    """A row that Atlas left half-way in transaction mode none."""
    case.write(v1="create table a();", v2="create table b();\ncreate table c();\ncreate table d();\n")
    entry = {entry.name: entry.hash for entry in Directory.read(case.path).computed.entries}
    hashes = statement_hashes(["create table b();"])
    case.sql(ATLAS)
    case.sql("create table a(); create table b()")
    case.sql(f"""insert into atlas_schema_revisions.atlas_schema_revisions values
      ('1', '', 2, 1, 1, now(), 5, '', '', '{entry["1.sql"]}', 'null', 'Atlas CLI v1.2.3'),
      ('2', '', 2, 1, 3, now(), 5, 'pq: no', 'create table c();', '{entry["2.sql"]}', '["{hashes[0]}"]',
       'Atlas CLI v1.2.3')""")
    assert case.status().to_text().splitlines() == [
        "Migration Status: PENDING",
        "  -- Current Version: 2 (1 statements applied)",
        "  -- Next Version:    2 (2 statements left)",
        "  -- Executed Files:  2 (last one partially)",
        "  -- Pending Files:   1",
        "",
        "Last migration attempt had errors:",
        "  -- SQL:   create table c();",
        "  -- ERROR: pq: no",
    ]
    case.apply(tx_mode="none")
    assert case.rows()[1:] == [("1", 1, 1), ("2", 3, 3)]
    assert case.sql("select count(*) from pg_tables where schemaname = 'public'") == [4]


def test_a_row_set_by_hand_is_done(case: Case) -> None:
    case.write(v1="create table a();\ncreate table b();", v2="create table c();")
    case.sql(ATLAS)
    case.sql("""insert into atlas_schema_revisions.atlas_schema_revisions values
      ('1', '', 6, 1, 2, now(), 5, 'no', 'create table b();', 'x', '["h1:x"]', 'Atlas CLI v1.2.3')""")
    case.apply()
    assert case.sql("select tablename::text from pg_tables where schemaname = 'public'") == ["c"]
    assert case.status().to_json()["Applied"][0]["Type"] == "applied + manually set"  # type: ignore[index]


def test_bound_to_a_schema_the_table_lives_there(case: Case) -> None:
    case.sql("create schema app")
    case.write(v1="create table a();")
    case.apply(url=case.url(search_path="app"))
    assert case.sql(
        "select schemaname || '.' || tablename from pg_tables where schemaname !~ '^(pg_|info)' order by 1"
    ) == [
        "app.a",
        "app.atlas_schema_revisions",
    ]
    case.write(v2="create table b();")
    case.apply(url=case.url(search_path="app"))
    assert case.sql("select version from app.atlas_schema_revisions") == ["1", "2"]


def test_bound_to_a_schema_that_is_not_there(case: Case) -> None:
    case.write(v1="create table a();")
    with pytest.raises(TelamonError, match='schema "app" does not exist'):
        case.apply(url=case.url(search_path="app"))


def test_ambiguous_place(case: Case) -> None:
    case.write(v1="create table a();")
    case.apply()
    case.sql("create schema app")
    with pytest.raises(UsageError, match="ambiguous revision table"):
        case.apply(url=case.url(search_path="app"))
    case.apply(url=case.url(search_path="app"), revisions_schema="app")
    assert case.sql("select version from app.atlas_schema_revisions") == ["1"]


def test_a_schema_by_flag(case: Case) -> None:
    case.write(v1="create table a();")
    case.apply(revisions_schema="my revisions")
    assert case.sql('select version from "my revisions".atlas_schema_revisions') == ["1"]
    assert case.status(revisions_schema="my revisions").status == "OK"


def test_something_else_of_that_name(case: Case) -> None:
    case.sql("create schema atlas_schema_revisions; create table atlas_schema_revisions.atlas_schema_revisions (a int)")
    case.write(v1="create table a();")
    with pytest.raises(TelamonError, match="not a revision table"):
        case.apply()


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("create table t ()", 'found table "t" in schema "public"'),
        ("create table t (a int) partition by list (a)", 'found table "t" in schema "public"'),
        ("create schema s", 'found schema "s"'),
        ("create schema atlas_schema_revisions; create table atlas_schema_revisions.x ()", 'found table "x"'),
        ("create view v as select 1", ""),
        ("create schema atlas_schema_revisions", ""),
        ("drop schema public", ""),
        ("create extension hstore", ""),
    ],
)
def test_clean(case: Case, before: str, reason: str) -> None:
    case.sql(before)
    case.write(v1="create schema mine;")
    if reason:
        with pytest.raises(CheckError, match=f"connected database is not clean: {reason}"):
            case.apply()
        assert case.sql("select to_regclass('atlas_schema_revisions.atlas_schema_revisions')") == [None]
        case.apply(allow_dirty=True)
    else:
        case.apply()
    assert case.rows("version") == ["1"]


def test_clean_when_bound(case: Case) -> None:
    case.sql("create schema app; create schema other; create table other.t ()")
    case.write(v1="create table a();")
    case.apply(url=case.url(search_path="app"))
    case.sql("drop table app.atlas_schema_revisions")
    with pytest.raises(CheckError, match='found table "a" in schema "app"'):
        case.apply(url=case.url(search_path="app"))


def test_baseline(case: Case) -> None:
    case.sql("create table a ()")
    case.write(v1="create table a();", v2="create table b();", v3="create table c();")
    with pytest.raises(UsageError, match='baseline version "9" not found'):
        case.apply(baseline="9")
    with pytest.raises(UsageError, match="exclude each other"):
        case.apply(baseline="1", allow_dirty=True)
    assert case.status(baseline="1").next == "2"
    case.apply(baseline="1")
    assert case.rows("version, type, applied, total, hash")[0] == ("1", 1, 0, 0, "")
    assert case.rows("version") == ["1", "2", "3"]
    assert case.status(baseline="1").status == "OK"
    case.apply(baseline="1")  # as a configuration gives it, every time


def test_no_privilege_for_the_table(case: Case, role: str) -> None:
    case.write(v1="create table a();")
    with pytest.raises(TelamonError, match="cannot be created"):
        case.apply(role=role)
    case.apply()
    case.write(v2="create table b();")
    case.sql(f'grant usage on schema atlas_schema_revisions to "{role}"')
    with pytest.raises(TelamonError, match="may not read the revision table"):
        case.apply(role=role)


def test_executed_at_stays(case: Case) -> None:
    case.write(v1="-- atlas:txmode none\n\ncreate table a();\ninsert into nope values (1);\n")
    with pytest.raises(TelamonError):
        case.apply()
    [(first, spent)] = case.rows("executed_at, execution_time")
    case.sql("create table nope (a int)")
    case.apply()
    [(again, more)] = case.rows("executed_at, execution_time")
    assert (first, spent < more) == (again, True)
