"""`schema clean`: everything goes, after consent, with what is lost told."""

from __future__ import annotations

from tests.schema.conftest import Work

SCHEMA = """
CREATE EXTENSION citext;
CREATE SCHEMA shop;
CREATE TABLE shop.item (id int PRIMARY KEY, name citext);
INSERT INTO shop.item SELECT g, 'x' FROM generate_series(1, 3) AS g;
CREATE TABLE note (t text);
CREATE SCHEMA atlas_schema_revisions;
CREATE TABLE atlas_schema_revisions.atlas_schema_revisions (version text);
COMMENT ON SCHEMA public IS 'mine';
GRANT CREATE ON SCHEMA public TO PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_waldir() TO PUBLIC;
"""
LEFT = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
 WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
"""


def test_everything_goes(work: Work) -> None:
    work.sql(SCHEMA)
    ran = work.run("schema", "clean", "-u", work.url(), "--auto-approve")
    assert ran.code == 0, ran.err
    assert "all rows of table shop.item (3 rows)" in ran.err
    assert 'DROP TABLE "atlas_schema_revisions"."atlas_schema_revisions"' in ran.out
    assert work.sql(LEFT) == [0]
    assert work.sql("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'") == [
        "public"
    ]
    assert work.sql("SELECT obj_description('public'::regnamespace)") == ["mine"]
    nothing = work.run("schema", "clean", "-u", work.url(), "--auto-approve")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "Nothing to drop\n")


def test_only_after_consent(work: Work) -> None:
    work.sql(SCHEMA)
    before = work.sql(LEFT)
    dry = work.run("schema", "clean", "-u", work.url(), "--dry-run")
    assert (dry.code, "DROP SCHEMA" in dry.out) == (0, True)
    refused = work.run("schema", "clean", "-u", work.url())
    assert refused.code == 2
    assert "--auto-approve" in refused.err
    assert work.sql(LEFT) == before


def test_one_schema(work: Work) -> None:
    """What belongs to no schema, as an extension, stays."""
    work.sql(SCHEMA)
    ran = work.run("schema", "clean", "-u", work.url(), "--auto-approve", "--schema", "shop")
    assert ran.code == 0, ran.err
    assert work.sql("SELECT to_regnamespace('shop') IS NULL, to_regclass('note') IS NULL") == [(True, False)]
    assert work.sql("SELECT extname FROM pg_extension WHERE extname = 'citext'") == ["citext"]


def test_no_target(work: Work) -> None:
    ran = work.run("schema", "clean")
    assert (ran.code, ran.out) == (2, "")
    assert "--url" in ran.err
