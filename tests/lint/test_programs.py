"""What DO blocks, functions and procedures do is seen as if it were written out."""

from __future__ import annotations

import pytest

from telamon.lint.state import Index
from tests.lint.conftest import Lab

SETUP = """
CREATE TABLE u (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, a text, n int, old int CONSTRAINT t_old CHECK (old > 0));
CREATE INDEX t_a ON t (a);
CREATE VIEW v AS SELECT id FROM t;
"""
CASES = {
    "drop table": ("DO $$ BEGIN DROP TABLE u; END $$;", "DS102"),
    "drop column by format": (
        "DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP COLUMN %I', 't', 'n'); END $$;",
        "DS103",
    ),
    "index in a loop": (
        "DO $$ DECLARE c text; BEGIN FOREACH c IN ARRAY ARRAY['n', 'old'] LOOP"
        " EXECUTE format('CREATE INDEX ON t (%I)', c); END LOOP; END $$;",
        "PG101",
    ),
    "drop index if there": (
        "DO $$ BEGIN IF EXISTS (SELECT FROM pg_class WHERE relname = 't_a') THEN DROP INDEX t_a; END IF; END $$;",
        "PG102",
    ),
    "type by a function": (
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql"
        " AS $$ BEGIN ALTER TABLE t ALTER COLUMN n TYPE bigint; END $$; SELECT f();",
        "PG301",
    ),
    "not null with an exception handler": (
        "DO $$ BEGIN ALTER TABLE t ALTER COLUMN n SET NOT NULL; EXCEPTION WHEN undefined_table THEN NULL; END $$;",
        "PG303",
    ),
    "volatile default": ("DO $$ BEGIN ALTER TABLE t ADD COLUMN g uuid DEFAULT gen_random_uuid(); END $$;", "PG302"),
    "foreign key": ("DO $$ BEGIN ALTER TABLE t ADD FOREIGN KEY (n) REFERENCES u; END $$;", "PG306"),
    "check by a procedure": (
        "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE t ADD CHECK (n > 0); END $$; CALL p();",
        "PG305",
    ),
    "rename of a table": ("DO $$ BEGIN ALTER TABLE u RENAME TO w; END $$;", "BC101"),
    "rename of a column": ("DO $$ BEGIN ALTER TABLE t RENAME n TO m; END $$;", "BC102"),
    "truncate": ("DO $$ BEGIN TRUNCATE u; END $$;", "TL205"),
    "drop of a check": ("DO $$ BEGIN ALTER TABLE t DROP CONSTRAINT t_old; END $$;", "CD102"),
    "unique": ("DO $$ BEGIN ALTER TABLE t ADD UNIQUE (n); END $$;", "PG105"),
    "all rows": ("DO $$ BEGIN UPDATE t SET n = 1; END $$;", "TL209"),
    "rows one by one": (
        "DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM t LOOP"
        " UPDATE t SET n = 1 WHERE id = r.id; END LOOP; END $$;",
        "TL209",
    ),
    "drop of a view": ("DO $$ BEGIN DROP VIEW v; END $$;", "TL220"),
    "trigger": (
        "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"
        " DO $$ BEGIN CREATE TRIGGER w BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g(); END $$;",
        "PG308",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_found_inside_programs(lab: Lab, case: str) -> None:
    """The rule fires at the statement that runs the program."""
    sql, code = CASES[case]
    found = [finding for finding in lab.findings(SETUP, sql) if finding.code == code]
    assert found
    assert any(word in found[0].statement for word in ("DO", "SELECT f()", "CALL p()"))


def test_a_function_that_is_not_called_does_nothing(lab: Lab) -> None:
    """Only what runs is judged."""
    sql = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE t; END $$;"
    assert "DS102" not in lab.codes(SETUP, sql)


def test_rows_in_the_way_are_no_failure(lab: Lab) -> None:
    """What fails on the seeded rows is run without them, and told."""
    [(_, seen, _, failure)] = lab.run(SETUP, "ALTER TABLE t ADD COLUMN b int NOT NULL; CREATE INDEX t_b ON t (b);")
    assert not failure
    assert "contains null values" in seen[0].stumbled
    assert [bool(each.stumbled) for each in seen] == [True, False]


def test_rows_in_the_way_of_a_concurrent_build(lab: Lab) -> None:
    """The invalid index that is left behind goes, the rows go, and the build succeeds."""
    sql = "-- atlas:txmode none\n\nCREATE UNIQUE INDEX CONCURRENTLY b_b ON b (b);"
    [(_, seen, _, failure)] = lab.run("CREATE TABLE b (id int PRIMARY KEY, b boolean NOT NULL);", sql)
    assert not failure
    assert "could not create unique index" in seen[0].stumbled
    [index] = seen[0].created(Index)
    assert (index.name, index.valid) == ("b_b", True)


def test_a_failure_leaves_the_next_file_to_be_judged(lab: Lab) -> None:
    """What a failed file did is undone; the place and the server's words are told."""
    reports = lab.reports(SETUP, "DROP TABLE u;\nALTER TABLE nowhere ADD COLUMN b int;", "DROP TABLE u;")
    assert reports[0].failure and "m/1.sql:2" in reports[0].failure and '"nowhere" does not exist' in reports[0].failure
    assert "DS102" in [finding.code for finding in reports[0].findings]
    assert reports[1].failure is None
    assert "DS102" in [finding.code for finding in reports[1].findings]


def test_a_file_that_cannot_be_split(lab: Lab) -> None:
    """It is told where."""
    [report] = lab.reports(SETUP, "SELECT 'open;")
    assert report.failure and "m/1.sql:1" in report.failure


def test_missing_roles_are_made(lab: Lab) -> None:
    """As when a directory is replayed."""
    codes = lab.codes(SETUP, "SET ROLE postgres; RESET ROLE; GRANT SELECT ON t TO nobody_knows_this_role;")
    assert codes == ["TL225"]


def test_locks_are_seen(lab: Lab) -> None:
    """Each statement's own, and those held from above."""
    [(_, seen, _, _)] = lab.run(SETUP, "ALTER TABLE t ADD COLUMN b int; ALTER TABLE u ADD COLUMN b int;")
    names = [[(each.title(lock.of), lock.mode) for lock in each.locks] for each in seen]
    assert names == [[("t", "AccessExclusiveLock")], [("u", "AccessExclusiveLock")]]
    assert [(seen[1].title(lock.of), lock.mode) for lock in seen[1].held] == names[0]


def test_many_tables_in_one_transaction(lab: Lab) -> None:
    """Past fifty locked relations only what changed is read again, and nothing is missed."""
    creates = " ".join(f"CREATE TABLE x{i} (id int PRIMARY KEY);" for i in range(60))
    sql = creates + " ALTER TABLE x3 ADD COLUMN b int; ALTER TABLE x3 DROP COLUMN b; ALTER TABLE x4 RENAME TO y4;"
    [(_, seen, _, _)] = lab.run(SETUP, sql)
    assert [len(each.changes) for each in seen[-3:]] == [1, 1, 1]
    assert all(len(each.changes) == 4 for each in seen[:-3])
