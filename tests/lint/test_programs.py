"""What DO blocks, functions and procedures do is seen as if it were written out."""

from __future__ import annotations

import pytest

from telamon.lint.finding import Effect
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


def test_rows_come_back_for_the_next_file(lab: Lab) -> None:
    """A file in whose way they stood does not blind the lint for those after it."""
    first = "ALTER TABLE t ADD COLUMN b int NOT NULL;"
    reports = lab.reports(SETUP, first, "DO $$ BEGIN UPDATE t SET n = 1; TRUNCATE u; END $$;")
    assert {"TL209", "TL205"} <= {finding.code for finding in reports[1].findings}


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


FALSE_ALARMS = {
    "a constant default beside a change of type": (
        "ALTER TABLE t ALTER COLUMN n TYPE bigint, ADD COLUMN b boolean DEFAULT false NOT NULL;",
        "PG302",
    ),
    "a rewrite after the rows were deleted": (
        "DELETE FROM t; ALTER TABLE t ALTER COLUMN n TYPE bigint;",
        "TL205",
    ),
    "an index that makes room for a key": (
        "CREATE UNIQUE INDEX t_n ON t (n); ALTER TABLE t ADD CONSTRAINT t_n_key UNIQUE (n); DROP INDEX t_n;",
        "TL316",
    ),
    "a unique index with a column that tells old rows apart": (
        "ALTER TABLE t ADD COLUMN g uuid DEFAULT gen_random_uuid(); CREATE UNIQUE INDEX t_g ON t (g, n);",
        "MF101",
    ),
    "a rewrite of a table that took no rows": (
        "ALTER TABLE hollow ADD COLUMN g uuid DEFAULT gen_random_uuid();",
        "TL205",
    ),
}
HOLLOW = SETUP + "CREATE TABLE hollow (id int CHECK (id > 0), u int REFERENCES u DEFAULT 99 NOT NULL);"


@pytest.mark.parametrize("case", FALSE_ALARMS)
def test_no_false_alarm(lab: Lab, case: str) -> None:
    """Found on the histories of open projects."""
    sql, code = FALSE_ALARMS[case]
    assert code not in lab.codes(HOLLOW, sql)


def test_grants_and_comments_inside_programs(lab: Lab) -> None:
    """Nobody locks a table to give a privilege on it, and yet it is seen."""
    grants = "DO $$ BEGIN EXECUTE 'GRANT SELECT ON t TO PUBLIC'; END $$; DO $$ BEGIN PERFORM 1; END $$;"
    [(_, seen, _, _)] = lab.run(SETUP, grants)
    assert [len(each.changes) for each in seen] == [1, 0]
    assert lab.codes(SETUP, grants).count("TL225") == 1
    columns = "DO $$ BEGIN GRANT UPDATE (a) ON t TO PUBLIC; END $$;"
    assert "TL225" in lab.codes(SETUP, columns)
    commented = "CREATE TABLE w (id int PRIMARY KEY); DO $$ BEGIN COMMENT ON TABLE w IS 'x'; END $$;"
    assert "TL323" not in lab.codes(SETUP, commented)


def test_names_of_what_is_gone(lab: Lab) -> None:
    """A table that was locked and dropped above is told by its name."""
    [found] = [
        each for each in lab.findings(SETUP, "DROP TABLE u; CREATE INDEX t_old_i ON t (old);") if each.code == "TL105"
    ]
    assert '"u"' in found.message


def test_what_is_rolled_back_is_not_there(lab: Lab) -> None:
    """To a savepoint, or as a whole."""
    sql = (
        "-- atlas:txmode none\n\nBEGIN; SAVEPOINT s; ALTER TABLE t ADD COLUMN b int; ROLLBACK TO s; COMMIT;\n"
        "BEGIN; ALTER TABLE t ADD COLUMN c int; ROLLBACK;\nALTER TABLE t ADD COLUMN b int;"
    )
    [(_, seen, context, failure)] = lab.run(SETUP, sql)
    assert not failure
    assert len(seen[-1].changes) == 1 and seen[-1].before.relations == context.base.relations


def test_effects_are_told(lab: Lab) -> None:
    """Of each statement, on what was there before."""
    [report] = lab.reports(
        SETUP, "ALTER TABLE t ADD COLUMN b int;\nCREATE INDEX t_n ON t (n);\nCREATE TABLE c (id int);"
    )
    assert report.effects == (
        Effect(1, (("t", "ACCESS EXCLUSIVE"),), held=True, rewrites=(), builds=(), reads=()),
        Effect(2, (("t", "SHARE"),), held=True, rewrites=(), builds=("t_n",), reads=("t",)),
    )


def test_a_key_over_a_unique_index(lab: Lab) -> None:
    """The index is too many, not the key."""
    setup = "CREATE TABLE x (id int NOT NULL); CREATE UNIQUE INDEX x_id ON x (id);"
    found = lab.findings(setup, "ALTER TABLE x ADD CONSTRAINT x_pkey PRIMARY KEY (id);")
    [finding] = [each for each in found if each.code == "TL316"]
    assert finding.message.startswith('Index "x_id" gives')


def test_a_check_that_is_replaced(lab: Lab) -> None:
    """What is offered drops the old one, whose name it takes."""
    sql = "ALTER TABLE t DROP CONSTRAINT t_old, ADD CONSTRAINT t_old CHECK (old > 1);"
    [finding] = [each for each in lab.findings(SETUP, sql) if each.code == "PG305"]
    first, second = finding.rewrite.split("\n\n-- in the next file:\n")
    assert [report.failure for report in lab.reports(SETUP, first, second)] == [None, None]


COMMITS = """CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN
  UPDATE t SET n = 1; COMMIT; ALTER TABLE t DROP COLUMN n; CREATE INDEX t_new ON t (a); END $$;"""


@pytest.mark.parametrize("text", ["CALL p();", "DO $$ BEGIN CALL p(); END $$;"])
def test_a_program_that_commits_by_itself(lab: Lab, text: str) -> None:
    """Without a transaction it runs as apply runs it; in one it fails there as here."""
    [ran, after] = lab.run(SETUP + COMMITS, f"-- atlas:txmode none\n\n{text}\nDROP TABLE u;", "DROP INDEX t_new;")
    (_, [called, dropped], _, failure), (_, _, _, later) = ran, after
    assert (failure, later) == ("", "")
    assert called.changes and (called.transactional, called.misplaced, dropped.transactional) == (False, False, True)
    codes = {finding.code for finding in lab.findings(SETUP + COMMITS, f"-- atlas:txmode none\n\n{text}")}
    assert "DS103" in codes
    [(_, _, _, failure)] = lab.run(SETUP + COMMITS, text)
    assert "invalid transaction termination" in failure
