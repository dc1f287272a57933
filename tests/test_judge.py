"""The judge is right: it accepts right plans in any order and finds each fault that it is there for."""

from __future__ import annotations

import pytest

from tests import judge
from tests.server import Server, shared

OLD = "CREATE TABLE t (id serial PRIMARY KEY, a int, b text); CREATE VIEW v AS SELECT a FROM t;"
NEW = OLD + "COMMENT ON TABLE t IS 'new'; GRANT SELECT ON t TO PUBLIC; ALTER TABLE t ALTER b SET NOT NULL;"
RIGHT = "ALTER TABLE t ALTER b SET NOT NULL; GRANT SELECT ON t TO PUBLIC; COMMENT ON TABLE t IS 'new';"
SEED = "INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y');"


@pytest.fixture(scope="module")
def server() -> Server:
    """The server of this process."""
    return shared()


def verdict(server: Server, old: str, new: str, plan: str, seed: str = "") -> judge.Verdict:
    """Judges a plan written by hand."""
    for database, script in (("judged", old), ("desired", new)):
        server.create(database)
        assert server.psql(database, script) == ""
    assert server.psql("judged", seed) == ""
    with server.connect("judged") as connection:
        before = judge.observe(connection)
    assert server.psql("judged", plan) == ""
    with server.connect("judged") as connection:
        after = judge.observe(connection)
    return judge.judge(server.dump("judged"), server.dump("desired"), before, after, plan)


def test_accepts_a_right_plan(server: Server) -> None:
    """Nothing to complain of, nothing to note."""
    assert verdict(server, OLD, NEW, RIGHT, SEED) == judge.Verdict()


@pytest.mark.parametrize("forgotten", RIGHT.rstrip(";").split("; "))
def test_finds_what_a_plan_forgot(server: Server, forgotten: str) -> None:
    """Comment, grant and attribute alike."""
    assert verdict(server, OLD, NEW, RIGHT.replace(forgotten, "SELECT")).differences


@pytest.mark.parametrize(
    "surplus",
    [
        "CREATE INDEX i ON t (a)",
        "CREATE ROLE keeper; ALTER TABLE t OWNER TO keeper",
        "ALTER TABLE t SET (fillfactor = 50)",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
        "CREATE OR REPLACE VIEW v AS SELECT a FROM t WHERE true",
    ],
)
def test_finds_what_a_plan_did_too_much(server: Server, surplus: str) -> None:
    """Objects, owners, options, default privileges and bodies."""
    assert verdict(server, OLD, NEW, f"{RIGHT} {surplus};").differences


def test_notes_another_order_of_columns(server: Server) -> None:
    """The order of a table's columns is noted; it is no fault, but another type is."""
    new = "CREATE TABLE t (b text, a int);"
    found = verdict(server, "CREATE TABLE t (a int);", new, "ALTER TABLE t ADD b text;")
    assert (found.complaints, found.notes) == ((), ("column order: TABLE public t",))
    assert verdict(server, "CREATE TABLE t (a int);", new, "ALTER TABLE t ADD b varchar;").differences


def test_grants_in_another_order_are_equal(server: Server) -> None:
    """The order of the items of an ACL means nothing."""
    server.once(["CREATE ROLE one", "CREATE ROLE two"])
    new = "CREATE TABLE t (); GRANT SELECT ON t TO one; GRANT SELECT ON t TO two;"
    plan = "GRANT SELECT ON t TO two; GRANT SELECT ON t TO one;"
    assert verdict(server, "CREATE TABLE t ();", new, plan) == judge.Verdict()


@pytest.mark.parametrize("order", ["a b", "b a"])
def test_views_in_a_ring_are_equal(server: Server, order: str) -> None:
    """Which of two views is dumped as a stub depends on which came first."""
    first, second = order.split()
    ring = (
        "CREATE VIEW {0} AS SELECT 1 AS x; CREATE VIEW {1} AS SELECT x FROM {0};"
        "CREATE OR REPLACE VIEW {0} AS SELECT x FROM {1};"
    )
    assert verdict(server, "", ring.format("a", "b"), ring.format(first, second)) == judge.Verdict()


@pytest.mark.parametrize(
    ("harm", "loss"),
    [
        ("DELETE FROM t WHERE id = 1", "rows of public.t: 2 before, 1 after"),
        ("UPDATE t SET a = 7 WHERE id = 1", "values of public.t changed"),
        ("ALTER TABLE t DROP b; ALTER TABLE t ADD b text", "values of public.t changed"),
        ("SELECT setval('t_id_seq', 1, false)", "sequence public.t_id_seq went back from 2 to its start"),
        ("DROP VIEW v; DROP TABLE t; " + OLD, "rows of public.t: 2 before, 0 after"),
    ],
)
def test_finds_lost_data(server: Server, harm: str, loss: str) -> None:
    """Rows, values, columns dropped and added again, counters, tables made anew: though the schema is right."""
    found = verdict(server, OLD, OLD, f"-- rewrite\n{harm};", SEED)
    assert (found.differences, loss in found.lost) == ((), True)


def test_finds_values_that_became_null(server: Server) -> None:
    """A change of type may change the text of a value, and must not empty it."""
    harm = "ALTER TABLE t ALTER b TYPE int USING NULL;"
    new = OLD.replace("b text", "b int")
    assert verdict(server, OLD, new, "-- rewrite\n" + harm, SEED).lost == ("values of public.t.b became null",)


def test_finds_an_unannounced_rewrite(server: Server) -> None:
    """A rewrite is a fault unless a comment of the plan says so."""
    new = OLD.replace("b text", "b text DEFAULT 'x'")
    plan = (
        "ALTER TABLE t ALTER b TYPE text COLLATE \"C\" USING b || ''; ALTER TABLE t ALTER b TYPE text USING b || '';"
        "ALTER TABLE t ALTER b SET DEFAULT 'x';"
    )
    assert verdict(server, OLD, new, plan, SEED).rewritten == ("public.t",)
    assert verdict(server, OLD, new, "-- rewrites t\n" + plan, SEED) == judge.Verdict()


def test_a_renamed_table_is_followed(server: Server) -> None:
    """Rows are found again under new names of table and column, and their loss is seen there."""
    new = "CREATE TABLE u (id int, z text);"
    old = "CREATE TABLE t (id int, b text);"
    plan = "ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME b TO z;"
    seed = "INSERT INTO t VALUES (1, 'x');"
    assert verdict(server, old, new, plan, seed) == judge.Verdict()
    assert verdict(server, old, new, plan + "UPDATE u SET z = 'y';", seed).lost == ("values of public.t changed",)
