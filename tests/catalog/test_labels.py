"""Security labels. No provider is at hand, so they are written into the catalog, and plans are looked at, not run."""

from __future__ import annotations

from telamon.catalog.facts import Catalog
from telamon.catalog.read import read_catalog
from telamon.kinds.base import Server
from telamon.plan.planner import make_plan
from tests.server import shared

SCHEMA = """
CREATE EXTENSION hstore;
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a FROM t;
CREATE MATERIALIZED VIEW m AS SELECT 1 AS x;
CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE g(int) (SFUNC = int4pl, STYPE = int);
CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1';
CREATE TYPE e AS ENUM ('a', 'b');
CREATE TABLE u (x e);
CREATE PUBLICATION pub;
"""
REBUILT = (
    ("a FROM", "b FROM"),
    ("1 AS x", "2 AS x"),
    ("f(x", "f(y"),
    ("'a', 'b'", "'b', 'a'"),
    ("(SFUNC = int4pl, STYPE = int)", "(SFUNC = int84pl, STYPE = int8, INITCOND = '0')"),
)
OBJECTS = (
    ("TABLE", "table", "{t}", "{}"), ("COLUMN", "table column", "{t,a}", "{}"), ("VIEW", "view", "{v}", "{}"),
    ("MATERIALIZED VIEW", "materialized view", "{m}", "{}"), ("COLUMN", "table column", "{m,x}", "{}"),
    ("FUNCTION", "function", "{f}", "{int}"), ("AGGREGATE", "aggregate", "{g}", "{int}"),
    ("PROCEDURE", "procedure", "{p}", "{}"), ("TYPE", "type", "{e}", "{}"),
    ("PUBLICATION", "publication", "{pub}", "{}"), ("", "function", "{akeys}", "{hstore}"),
)  # fmt: skip
"""As SECURITY LABEL names it, or "" where it is nothing of the schema; arguments of pg_get_object_address."""


def catalog_of(script: str, label: str) -> Catalog:
    """What is read after a script, everything bearing a label if that is not empty."""
    server = shared()
    server.create("labels")
    with server.connect("labels") as connection:
        connection.execute(script.encode())
        for _, type, names, arguments in OBJECTS if label else ():
            connection.execute(
                "INSERT INTO pg_seclabel SELECT objid, classid, objsubid, 'some provider', %s"
                " FROM pg_get_object_address(%s, %s::text[], %s::text[])",
                (label, type, names, arguments),
            )
        catalog = read_catalog(connection)
    server.drop("labels")
    return catalog


def test_labels_are_set_changed_taken_away_and_brought_back() -> None:
    """On everything, also when it is built anew; a label on what an extension owns is named."""
    version = Server(shared().major * 10000)
    other = SCHEMA
    for word, instead in REBUILT:
        assert word in other
        other = other.replace(word, instead)
    one, two, none, rebuilt = (
        catalog_of(script, label) for script, label in ((SCHEMA, "it's"), (SCHEMA, "x"), (SCHEMA, ""), (other, "it's"))
    )
    assert any("akeys" in each and each.startswith("security label of function") for each in one.unmanaged)
    for start, goal, text in ((none, one, "'it''s'"), (one, two, "'x'"), (one, none, "NULL")):
        steps = [step.sql for step in make_plan(start, goal, version).steps]
        words = [word for word, *_ in OBJECTS if word]
        assert len(steps) == len(words)
        for word in words:
            assert any(f'SECURITY LABEL FOR "some provider" ON {word} ' in sql for sql in steps)
        assert all(sql.endswith(f" IS {text}") for sql in steps)
    again = [sql for step in make_plan(one, rebuilt, version).steps if "LABEL" in (sql := step.sql)]
    assert all(sql.endswith(" IS 'it''s'") for sql in again)
    replaced = ("VIEW", "MATERIALIZED VIEW", "COLUMN", "FUNCTION", "AGGREGATE", "TYPE")
    assert sorted(sql.partition(" ON ")[2].partition(' "')[0] for sql in again) == sorted(replaced)
