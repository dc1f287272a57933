"""Databases of two major versions: they do not write views alike, and have not the same privileges, and are equal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.parse import urlencode

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from telamon.dev import Database, Dev, open_dev
from telamon.dev.binaries import installed
from tests.commands import Place, place, server

__all__ = ["place", "server"]

pytestmark = pytest.mark.skipif(
    not {15, 18} <= {each.major for each in installed()}, reason="needs PostgreSQL 15 and 18"
)
SCHEMA = """
CREATE TABLE t (a int PRIMARY KEY, b text NOT NULL, CHECK (a > 0 OR b <> ''));
CREATE VIEW v AS SELECT a, b FROM t WHERE a > 1;
CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
CREATE POLICY p ON t USING (a IN (SELECT a FROM v));
GRANT ALL ON t TO writer;
"""


@pytest.fixture
def databases(server: Dev) -> Iterator[dict[int, Database]]:
    """The same schema on both."""
    with ExitStack() as stack:
        found = {}
        for major in (15, 18):
            found[major] = stack.enter_context(stack.enter_context(open_dev(f"embedded/{major}")).create())
            with suppress(psycopg.errors.DuplicateObject):  # of an earlier test, on the server that all share
                found[major].connect().execute("CREATE ROLE writer")
            found[major].connect().execute(SCHEMA.encode())
        yield found


def url(database: Database) -> str:
    given = {name: str(value) for name, value in conninfo_to_dict(database.conninfo).items()}
    return f"postgres:///?{urlencode(given)}"


@pytest.mark.parametrize("dev", ["embedded/15", "embedded/18"])
def test_compared_in_the_words_of_one_server(place: Place, databases: dict[int, Database], dev: str) -> None:
    """Equal ones are equal, and the plan between others is proved, both ways."""
    old, new = databases[15], databases[18]
    place.write("schema.sql", f"CREATE ROLE writer;{SCHEMA}")
    same = place.run("schema", "diff", "--from", url(old), "--to", url(new), "--dev-url", dev)
    assert (same.code, same.out) == (0, ""), same.out + same.err
    foreign = url(new if dev.endswith("15") else old)
    declared = place.run("schema", "apply", "--to", "schema.sql", "--url", foreign, "--dry-run", "--dev-url", dev)
    assert (declared.code, declared.out) == (0, ""), declared.out + declared.err
    new.connect().execute("CREATE VIEW w AS SELECT v.b FROM v JOIN t USING (a)")
    plan = place.run("schema", "diff", "--from", url(old), "--to", url(new), "--dev-url", dev)
    assert plan.code == 0 and plan.out.count(";") == 1 and 'VIEW "public"."w"' in plan.out
    back = place.run("schema", "diff", "--from", url(new), "--to", url(old), "--dev-url", dev)
    assert (back.code, back.out.splitlines()[1:]) == (0, ['DROP VIEW "public"."w";'])


def test_what_only_the_newer_has(place: Place, databases: dict[int, Database]) -> None:
    """Told with the statement that the older one refuses, and what to do."""
    databases[18].connect().execute("ALTER TABLE t ADD c int GENERATED ALWAYS AS (a * 2) VIRTUAL")
    flags = ("--from", url(databases[15]), "--to", url(databases[18]))
    refused = place.run("schema", "diff", *flags, "--dev-url", "embedded/15")
    assert refused.code == 1 and "bug" not in refused.err
    assert "VIRTUAL" in refused.err and "--dev-url embedded/18" in refused.err
    shown = place.run("schema", "diff", *flags, "--dev-url", "embedded/18")
    assert shown.code == 0 and "VIRTUAL" in shown.out
