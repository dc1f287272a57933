"""Every class of object that PostgreSQL has is either managed or named; nothing is left out in silence."""

from __future__ import annotations

import pytest

from telamon.catalog.facts import Catalog
from telamon.catalog.read import read_catalog
from telamon.catalog.unmanaged import ELSEWHERE, IN_SCHEMAS, OF_RELATIONS
from telamon.kinds import KINDS
from tests.server import shared

# One object of every class in pg_depend, and what must come of it: a fact of this kind.
EVERYTHING = """
CREATE SCHEMA s;
CREATE EXTENSION hstore;
CREATE TYPE e AS ENUM ('x');
CREATE TYPE c AS (a int);
CREATE TYPE r AS RANGE (subtype = float8);
CREATE DOMAIN d AS int CONSTRAINT positive CHECK (VALUE > 0);
CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE FUNCTION evt() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION add(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE FUNCTION less(e, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION as_int(c) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1.a';
CREATE PROCEDURE proc() LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE total(int) (sfunc = add, stype = int);
CREATE OPERATOR <<< (leftarg = e, rightarg = int, function = less);
CREATE OPERATOR FAMILY fam USING btree;
CREATE OPERATOR CLASS cls FOR TYPE int USING btree AS OPERATOR 1 <, FUNCTION 1 btint4cmp(int, int);
CREATE CAST (c AS int) WITH FUNCTION as_int(c);
CREATE COLLATION coll (locale = 'C', provider = libc);
CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE LANGUAGE lang HANDLER plpgsql_call_handler;
CREATE TRANSFORM FOR int LANGUAGE lang (FROM SQL WITH FUNCTION prsd_lextype(internal));
CREATE ACCESS METHOD am TYPE TABLE HANDLER heap_tableam_handler;
CREATE TEXT SEARCH PARSER parser (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end,
                                  lextypes = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE template (lexize = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY dict (template = template);
CREATE TEXT SEARCH CONFIGURATION config (parser = parser);
CREATE TABLE t (a int PRIMARY KEY, b int DEFAULT 1 REFERENCES t, c int UNIQUE NOT NULL, d text CHECK (d <> ''),
                e int GENERATED ALWAYS AS IDENTITY, f int GENERATED ALWAYS AS (a + 1) STORED, EXCLUDE (b WITH =));
CREATE INDEX i ON t (b);
CREATE STATISTICS st ON a, b FROM t;
CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION trg();
CREATE CONSTRAINT TRIGGER ct AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION trg();
CREATE RULE ru AS ON DELETE TO t DO ALSO NOTHING;
CREATE POLICY po ON t;
CREATE VIEW v AS SELECT a FROM t;
ALTER VIEW v ALTER COLUMN a SET DEFAULT 1;
CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
CREATE SEQUENCE q;
CREATE TABLE p (a int PRIMARY KEY, b int REFERENCES t) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (5);
CREATE TRIGGER tr AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION trg();
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER srv FOREIGN DATA WRAPPER w;
CREATE USER MAPPING FOR PUBLIC SERVER srv;
CREATE FOREIGN TABLE ft (a int) SERVER srv;
CREATE PUBLICATION pub FOR TABLE t;
CREATE SUBSCRIPTION sub CONNECTION 'dbname=x' PUBLICATION x WITH (connect = false, slot_name = NONE);
CREATE EVENT TRIGGER et ON ddl_command_end EXECUTE FUNCTION evt();
ALTER EVENT TRIGGER et DISABLE;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
CREATE TEMPORARY TABLE temporary_table (a serial PRIMARY KEY);
"""
NAMED = """
ALTER OPERATOR FAMILY integer_ops USING btree ADD OPERATOR 1 <<< (e, int);
ALTER OPERATOR FAMILY integer_ops USING btree ADD FUNCTION 1 (e, int) enum_cmp(anyenum, anyenum);
CREATE TABLE silenced (a int CONSTRAINT "f k" REFERENCES silenced (b), b int UNIQUE);
ALTER TABLE silenced DISABLE TRIGGER ALL;
"""


def catalog_of(script: str) -> Catalog:
    """What is read after a script."""
    server = shared()
    server.create("unmanaged")
    with server.connect("unmanaged") as connection:
        connection.execute(script.encode())
        catalog = read_catalog(connection)
    server.drop("unmanaged")
    return catalog


def test_nothing_of_everything_is_unmanaged() -> None:
    """One object of every class, and all of them are facts."""
    catalog = catalog_of(EVERYTHING)
    assert catalog.unmanaged == ()
    kinds = {fact.kind for fact in catalog}
    assert {"rule", "event_trigger", "foreign_table", "user_mapping", "publication_table", "subscription"} <= kinds
    assert {"statistics", "default_privilege", "exclusion", "policy", "transform", "access_method"} <= kinds


def test_no_kind_is_passed_over_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not asked for, because there seems to be nothing of it, would not have been found."""
    scripts = (EVERYTHING, "CREATE TYPE silent AS ENUM ()", "CREATE TYPE shell", "CREATE DOMAIN d AS int")
    found = [catalog_of(script) for script in scripts]
    for kind in KINDS:
        monkeypatch.setattr(type(kind), "present", "")
    for script, catalog in zip(scripts, found, strict=True):
        whole = catalog_of(script)
        assert whole.digest() == catalog.digest() and len(whole.facts) > 1
        assert {fact.id: fact.needs for fact in whole} == {fact.id: fact.needs for fact in catalog}


def test_two_connections_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large database is read over two, on one snapshot."""
    one = catalog_of(EVERYTHING)
    monkeypatch.setattr("telamon.catalog.fetch.LARGE", 0)
    two = catalog_of(EVERYTHING)
    assert one.digest() == two.digest() and one.unmanaged == two.unmanaged
    assert {fact.id: fact.needs for fact in one} == {fact.id: fact.needs for fact in two}


def test_what_no_kind_knows_is_named() -> None:
    """Additions to PostgreSQL's own operator families, silenced foreign keys."""
    named = catalog_of(EVERYTHING + NAMED).unmanaged
    assert len(named) == 3 and list(named) == sorted(named)
    assert any("integer_ops" in name and name.startswith("operator of access method") for name in named)
    assert any("integer_ops" in name and name.startswith("function of access method") for name in named)
    assert 'state of the triggers of constraint "f k" on table public.silenced' in named


def test_every_catalog_of_objects_is_looked_at() -> None:
    """A later server's new catalogs with OIDs must find a place here."""
    apart = {
        "pg_user_mapping", "pg_subscription", "pg_default_acl", "pg_amop", "pg_amproc",  # with conditions of their own
        "pg_enum", "pg_publication_namespace",  # parts of what is named
        "pg_attrdef",  # a property of a column
        "pg_authid", "pg_auth_members", "pg_database", "pg_tablespace", "pg_parameter_acl",  # the cluster's
        "pg_largeobject_metadata",  # data
    }  # fmt: skip
    query = """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'oid'
                WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r'"""
    found = {name for (name,) in shared().maintenance.execute(query)}
    assert found - {*IN_SCHEMAS, *OF_RELATIONS, *ELSEWHERE, *apart} == set()
