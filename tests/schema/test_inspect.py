"""`schema inspect`: SQL that builds an equal database, and stable facts."""

from __future__ import annotations

import json

import pytest

from telamon.dev import Dev
from tests.schema.conftest import Work

SCHEMA = """
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE TABLE "Order" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mood mood DEFAULT 'sad', total numeric(9, 2),
  CHECK (total > 0));
COMMENT ON COLUMN "Order".total IS 'with; "quotes" and ''more''';
CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT n * 2 $$;
CREATE VIEW glad AS SELECT id, twice(id) AS double FROM "Order" WHERE mood = 'glad';
CREATE INDEX ON "Order" (twice(id)) WHERE total IS NOT NULL;
CREATE SCHEMA audit;
CREATE TABLE audit.log (at timestamptz NOT NULL DEFAULT now(), what jsonb) PARTITION BY RANGE (at);
CREATE TABLE audit.old PARTITION OF audit.log FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
GRANT SELECT ON glad TO PUBLIC;
"""


def test_sql_builds_an_equal_database(work: Work, server: Dev) -> None:
    work.sql(SCHEMA)
    first = work.run("schema", "inspect", "-u", work.url())
    assert (first.code, first.err) == (0, "")
    with server.create() as copy, copy.connect() as connection:
        connection.execute(first.out.encode())
        again = Work(copy.conninfo, work.folder, connection)
        assert again.run("schema", "inspect", "-u", again.url()).out == first.out
        there = [
            again.run("schema", "diff", "--from", a.url(), "--to", b.url()) for a, b in ((work, again), (again, work))
        ]
    assert [(ran.code, ran.out) for ran in there] == [(0, ""), (0, "")]


def test_json_is_sorted_and_stable(work: Work) -> None:
    file = work.write("schema.sql", SCHEMA)
    work.sql(SCHEMA)
    of_file = work.run("schema", "inspect", "-u", str(file), "--format", "json")
    of_database = work.run("schema", "inspect", "-u", work.url(), "--format", "json")
    assert (of_file.code, of_file.err) == (0, "")
    assert of_file.out == of_database.out
    value = json.loads(of_file.out)
    assert list(value) == ["version", "server", "facts", "unmanaged"]
    ids = [fact["id"] for fact in value["facts"]]
    assert ids == sorted(ids)
    column = next(fact for fact in value["facts"] if fact["id"] == ["column", "public", "Order", "total"])
    assert (column["kind"], column["parent"], column["spec"]["type"]) == (
        "column",
        ["table", "public", "Order"],
        "numeric(9,2)",
    )


def test_scope_and_history(work: Work) -> None:
    """Only what is asked for; the revision table is never part of a schema."""
    work.sql(SCHEMA)
    work.sql(
        "CREATE SCHEMA atlas_schema_revisions; CREATE TABLE atlas_schema_revisions.atlas_schema_revisions (v text)"
    )
    assert "atlas" not in work.run("schema", "inspect", "-u", work.url()).out
    for arguments in (("-u", work.url(search_path="audit")), ("-u", work.url(), "--schema", "audit")):
        out = work.run("schema", "inspect", *arguments).out
        assert '"audit"."old"' in out
        assert "Order" not in out
    assert "total" not in work.run("schema", "inspect", "-u", work.url(), "--exclude", "table:public.*").out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "Which schema?"),
        (("-u", "mysql://x"), 2, "Telamon works with PostgreSQL only"),
        (("-u", "ftp://x"), 2, "ftp:// is not a kind of source"),
        (("-u", "absent.sql"), 2, "There is no file or folder absent.sql"),
        (("-u", "postgres://me:secret@127.0.0.1:1/x"), 1, "Check that the server runs"),
        (("-u", "postgres://me:secret@127.0.0.1:1/x?sslmod=on"), 2, "sslmod"),
    ],
)
def test_bad_input(work: Work, arguments: tuple[str, ...], code: int, words: str) -> None:
    ran = work.run("schema", "inspect", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert words in ran.err
    assert "secret" not in ran.err
