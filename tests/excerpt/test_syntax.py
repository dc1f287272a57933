"""What statements make and mention."""

from __future__ import annotations

import pytest

from telamon.excerpt.statements import Text
from telamon.excerpt.syntax import NOTHING, Names, hits, read
from telamon.statements import Origin, Statement

MADE = (
    ("CREATE TABLE app.T (id int)", {("app", "t")}),
    ("CREATE TABLE p PARTITION OF app.t FOR VALUES IN (1)", {("", "p"), ("app", "t")}),
    ("CREATE TABLE p (LIKE t INCLUDING ALL)", {("", "p"), ("", "t")}),
    ("ALTER TABLE t ATTACH PARTITION s.p1 DEFAULT", {("", "t"), ("s", "p1")}),
    ("CREATE INDEX i ON s.t (x)", {("s", "t"), ("s", "i")}),
    ("CREATE VIEW s.v AS SELECT * FROM t", {("s", "v")}),
    ("CREATE MATERIALIZED VIEW m AS SELECT 1", {("", "m")}),
    ("CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1'", {("s", "f")}),
    ("CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()", {("", "t")}),
    ("CREATE POLICY y ON t USING (true)", {("", "t")}),
    ("COMMENT ON COLUMN s.t.c IS 'x'", {("s", "t")}),
    ("COMMENT ON CONSTRAINT c ON t IS 'x'", {("", "t")}),
    ("COMMENT ON CONSTRAINT c ON DOMAIN d IS 'x'", {("", "d")}),
    ("COMMENT ON FUNCTION s.f(int) IS 'x'", {("s", "f")}),
    ("ALTER SEQUENCE q OWNED BY s.t.id", {("", "q"), ("s", "t")}),
    ("ALTER TYPE s.e ADD VALUE 'x'", {("s", "e")}),
    ("GRANT SELECT ON t, s.u TO r", {("", "t"), ("s", "u")}),
    ("ALTER FUNCTION f(int) OWNER TO r", {("", "f")}),
    ("CREATE STATISTICS s.st ON a, b FROM t", {("s", "st"), ("", "t")}),
)
APART = (
    "CREATE SCHEMA app",
    "COMMENT ON SCHEMA app IS 'x'",
    "GRANT USAGE ON SCHEMA app TO r",
    "CREATE EXTENSION citext",
    "CREATE ROLE r",
)
UNKNOWN = (
    "DO $$ BEGIN END $$",
    "GRANT SELECT ON ALL TABLES IN SCHEMA app TO r",
    "ALTER TABLE t DROP COLUMN c CASCADE",
    "DROP TABLE t",
    "CREATE TABLE t AS SELECT 1",
    "CREATE SCHEMA app CREATE TABLE t (id int)",
    "SELECT 1",
    "this is no SQL",
    "CREATE TABLE a (); CREATE TABLE b ()",
)


@pytest.mark.parametrize(("text", "targets"), MADE)
def test_what_is_made_or_altered(text: str, targets: set[tuple[str, str]]) -> None:
    found = read(text)
    assert found is not None
    assert found.targets == targets
    assert found.targets <= found.words


@pytest.mark.parametrize("text", APART)
def test_what_stands_in_no_schema(text: str) -> None:
    assert read(text) is NOTHING


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_is_not_known_for_certain(text: str) -> None:
    assert read(text) is None


def test_what_only_foreign_keys_refer_to_is_told_apart() -> None:
    found = read(
        "CREATE TABLE t (a int REFERENCES u, b s.kind DEFAULT nextval('app.seq'), FOREIGN KEY (a) REFERENCES w)"
    )
    assert found is not None
    assert found.linked == {("", "u"), ("", "w")}
    assert {("s", "kind"), ("", "app.seq"), ("", "seq")} <= found.words
    assert not {("", "a"), ("", "b"), ("", "u")} & found.words


def test_bodies_in_quotes_do_not_count_and_parsed_ones_do() -> None:
    quoted = read("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT count(*) FROM t'")
    parsed = read("CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM t; END")
    assert quoted and parsed
    assert ("", "t") not in quoted.words
    assert ("", "t") in parsed.words


def test_the_type_of_a_column_mentions_its_table() -> None:
    found = read("CREATE FUNCTION f(x app.t.c%TYPE) RETURNS int LANGUAGE sql AS 'SELECT 1'")
    assert found and ("app", "t") in found.words


def test_names_without_schema_are_like_each_of_that_name() -> None:
    names = Names()
    assert names.add(("app", "t"))
    assert not names.add(("app", "t"))
    assert ("app", "t") in names
    assert ("", "t") in names
    assert ("other", "t") not in names
    names.add(("", "u"))
    assert ("other", "u") in names
    assert not names.add(("app", "u"))
    assert names.add(("", "t"))


def test_names_are_found_as_whole_words() -> None:
    assert list(hits("t, tt, a.t, t$ t_ xt (t)", "t")) == [0, 9, 22]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("GRANT SELECT ON other.t TO r", False),
        ('GRANT SELECT ON "other"."t" TO r', False),
        ('GRANT SELECT ON "Other".t TO r', False),
        ("GRANT SELECT ON app.t TO r", True),
        ("GRANT SELECT ON t TO r", True),
        ("GRANT SELECT ON other . t TO r", True),  # it is read, and found to be another
        ("SELECT other.t, x FROM other, t", True),
        ('GRANT SELECT ON "app-other".t TO r', True),
        ('GRANT SELECT ON "a.other".t TO r', True),
        ('GRANT SELECT ON "app""other".t TO r', True),
        ("GRANT SELECT ON app_other.t TO r", True),
        ("CREATE TABLE t.x (a int)", False),
        ("GRANT USAGE ON SCHEMA t TO r", True),
    ],
)
def test_a_name_that_is_said_to_stand_elsewhere_is_another(text: str, counts: bool) -> None:
    found = Text([Statement(text, Origin("s.sql"))]).naming("t", {"x"}, {"other"})
    assert list(found) == ([0] if counts else [])
